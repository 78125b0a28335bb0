import './login.css';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../../api/client.ts';
import { t } from '../../i18n/index.ts';
import { errorText } from '../../parts/error-text.ts';
import { Icon } from '../../parts/icons.tsx';
import { useTitle } from '../../parts/title.ts';
import { go } from '../../state/router.ts';
import { changePassword, logout, passwordLater, session } from '../../state/session.ts';
import { Card } from './card.tsx';
import { Field, FormError, ShowPassword } from './field.tsx';
import { allMet, rulesOf } from './password-rules.ts';

function Rule({ met, text }: { met: boolean; text: string }) {
  const words = t().password;
  return (
    <li class={met ? 'met' : ''}>
      <Icon name={met ? 'check' : 'dash'} />
      {text}
      <span class="visually-hidden">: {met ? words.ruleMet : words.ruleUnmet}</span>
    </li>
  );
}

/** `forced`: the one-time password is still in force; looking around first is allowed, changing anything is not. */
export function PasswordPage({ forced }: { forced: boolean }) {
  const words = t().password;
  useTitle(words.title);
  const [values, setValues] = useState({ current: '', next: '', repeat: '' });
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<unknown>();
  const [done, setDone] = useState(false);
  const set = (name: keyof typeof values) => (value: string) => setValues((all) => ({ ...all, [name]: value }));
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector<HTMLInputElement>('[name=current]')?.focus(), []);
  const rules = rulesOf(values.current, values.next, values.repeat);
  const ready = values.current !== '' && allMet(rules) && !busy;

  const submit = async (event: Event) => {
    event.preventDefault();
    if (!ready) return;
    setBusy(true);
    setFailed(undefined);
    try {
      await changePassword(values.current, values.next);
      setDone(true);
      setValues({ current: '', next: '', repeat: '' });
      if (forced) go('/devices');
    } catch (error) {
      setFailed(error);
    } finally {
      setBusy(false);
    }
  };
  const code = failed instanceof ApiError ? failed.code : undefined;
  const text = code === 'CURRENT_PASSWORD_WRONG' ? words.wrongCurrent : failed === undefined ? undefined : errorText(failed);
  const secret = !shown;
  return (
    <Card title={words.title}>
      <form ref={form} class="password-form" noValidate onSubmit={(event) => void submit(event)} data-testid="password-form">
        {forced && <p class="note">{words.first}</p>}
        <p role="status">{done && !forced && <span class="note note-good">{words.done}</span>}</p>
        <FormError text={text} />
        <input type="text" name="username" autocomplete="username" value={session.value?.user.name} hidden readOnly />
        <Field
          name="current"
          label={words.current}
          value={values.current}
          onValue={set('current')}
          autoComplete="current-password"
          secret={secret}
        />
        <Field
          name="next"
          label={words.next}
          value={values.next}
          onValue={set('next')}
          autoComplete="new-password"
          secret={secret}
          describedBy="rules"
        />
        <Field
          name="repeat"
          label={words.repeat}
          value={values.repeat}
          onValue={set('repeat')}
          autoComplete="new-password"
          secret={secret}
        />
        <ShowPassword shown={shown} onShown={setShown} />
        <ul class="rules" id="rules" aria-label={words.rules}>
          <Rule met={rules.length} text={words.ruleLength} />
          <Rule met={rules.different} text={words.ruleDifferent} />
          <Rule met={rules.same} text={words.ruleSame} />
        </ul>
        <p class="card-help">{words.tip}</p>
        <button class="button button-main" type="submit" disabled={!ready} data-testid="password-submit">
          {busy ? words.busy : words.submit}
        </button>
      </form>
      <div class="card-ways">
        {forced ? (
          <>
            <button type="button" class="link" data-testid="password-later" onClick={() => (passwordLater.value = true)}>
              {words.later}
            </button>
            <button type="button" class="link" onClick={() => void logout()}>
              {t().app.logout}
            </button>
          </>
        ) : (
          <a href="/devices">{words.cancel}</a>
        )}
      </div>
    </Card>
  );
}
