import { t } from '../../i18n/index.ts';
import { Icon } from '../../parts/icons.tsx';

interface FieldProps {
  name: string;
  label: string;
  value: string;
  onValue: (value: string) => void;
  autoComplete: string;
  secret?: boolean;
  error?: string | undefined;
  describedBy?: string;
}

/** A labelled text input with its error under it. The line of the error is always there, so the form does not jump. */
export function Field({ name, label, value, onValue, autoComplete, secret = false, error, describedBy }: FieldProps) {
  const errorId = `${name}-error`;
  return (
    <div class="field">
      <label for={`field-${name}`}>{label}</label>
      <input
        id={`field-${name}`}
        name={name}
        {...(secret ? { type: 'password' as const } : { type: 'text' as const })}
        value={value}
        autocomplete={autoComplete}
        autocapitalize="none"
        spellcheck={false}
        required
        aria-invalid={error !== undefined}
        aria-describedby={[errorId, describedBy].filter(Boolean).join(' ')}
        data-testid={`field-${name}`}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
      <p class="field-error" id={errorId}>
        {error}
      </p>
    </div>
  );
}

export function ShowPassword({ shown, onShown }: { shown: boolean; onShown: (shown: boolean) => void }) {
  return (
    <label class="tick">
      <input type="checkbox" checked={shown} data-testid="show-password" onChange={(event) => onShown(event.currentTarget.checked)} />
      {t().login.show}
    </label>
  );
}

/** What the server said to the form, announced at once. */
export function FormError({ text }: { text: string | undefined }) {
  return (
    <div role="alert">
      {text !== undefined && (
        <p class="form-error" data-testid="form-error">
          <Icon name="alert" />
          <span>{text}</span>
        </p>
      )}
    </div>
  );
}
