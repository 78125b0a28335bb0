import './login.css';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../../api/client.ts';
import { t } from '../../i18n/index.ts';
import { errorText } from '../../parts/error-text.ts';
import { useTitle } from '../../parts/title.ts';
import { closeList } from '../../state/devices.ts';
import { expired, login } from '../../state/session.ts';
import { Card } from './card.tsx';
import { Field, FormError, ShowPassword } from './field.tsx';

export function LoginPage() {
  const words = t().login;
  useTitle(words.title);
  // What the one before saw is not for the next.
  useEffect(closeList, []);
  // Nothing else can be done here: typing may begin at once.
  useEffect(() => form.current?.querySelector('input')?.focus(), []);
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [tried, setTried] = useState(false);
  const [failed, setFailed] = useState<unknown>();
  const form = useRef<HTMLFormElement>(null);

  const submit = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    setFailed(undefined);
    if (name === '' || password === '') {
      form.current?.querySelector<HTMLInputElement>(name === '' ? '[name=name]' : '[name=password]')?.focus();
      return;
    }
    setBusy(true);
    try {
      await login(name, password);
    } catch (error) {
      setFailed(error);
      setBusy(false);
      form.current?.querySelector<HTMLInputElement>('[name=password]')?.select();
    }
  };
  const refused = failed instanceof ApiError && failed.code === 'WRONG_PASSWORD';
  return (
    <Card title={words.title}>
      <form ref={form} noValidate onSubmit={(event) => void submit(event)} data-testid="login-form">
        <FormError text={failed === undefined ? undefined : refused ? words.refused : errorText(failed)} />
        {expired.value && failed === undefined && <p class="note">{words.expired}</p>}
        <Field
          name="name"
          label={words.name}
          value={name}
          onValue={setName}
          autoComplete="username"
          error={tried && name === '' ? words.nameMissing : undefined}
        />
        <Field
          name="password"
          label={words.password}
          value={password}
          onValue={setPassword}
          autoComplete="current-password"
          secret={!shown}
          error={tried && password === '' ? words.passwordMissing : undefined}
        />
        <ShowPassword shown={shown} onShown={setShown} />
        <button class="button button-main" type="submit" disabled={busy} data-testid="login-submit">
          {busy ? words.busy : words.submit}
        </button>
      </form>
      <p class="card-help">{words.help}</p>
    </Card>
  );
}
