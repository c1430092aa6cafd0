import { useState, type ComponentProps, type ReactNode } from 'react';
import { GENDERS, label } from '../words';
import { useField } from './Form';

interface FieldProps extends Omit<ComponentProps<'input'>, 'name'> {
  name: string;
  hint?: string;
  /** Stands at the end of the input. */
  end?: ReactNode;
}

/** A labelled input. */
export function Field({ name, hint, end, ...input }: FieldProps) {
  const { control, error, id } = useField(name, hint);
  return (
    <div className={error ? 'field wrong' : 'field'}>
      <label htmlFor={id}>{label(name)}</label>
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <div className="control">
        <input {...input} {...control} />
        {end}
      </div>
      {error && (
        <p className="error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}

/** A password with a button that shows it. */
export function PasswordField({ name, autoComplete, hint }: { name: string; autoComplete: 'current-password' | 'new-password'; hint?: string }) {
  const [shown, setShown] = useState(false);
  return (
    <Field
      name={name}
      type={shown ? 'text' : 'password'}
      autoComplete={autoComplete}
      autoCapitalize="none"
      spellCheck={false}
      {...(hint && { hint })}
      end={
        <button type="button" className="reveal" aria-pressed={shown} aria-label={`Show ${label(name).toLowerCase()}`} onClick={() => setShown(!shown)}>
          {shown ? 'Hide' : 'Show'}
        </button>
      }
    />
  );
}

export function EmailField(props: { autoFocus?: boolean; defaultValue?: string; readOnly?: boolean }) {
  return <Field name="email" type="email" autoComplete="username" inputMode="email" autoCapitalize="none" spellCheck={false} {...props} />;
}

export function CodeField({ length }: { length: number }) {
  return (
    <Field
      name="code"
      className="code"
      autoComplete="one-time-code"
      inputMode="numeric"
      pattern="[0-9 ]*"
      placeholder={'0'.repeat(length)}
      hint={`The ${length} digits from the email.`}
    />
  );
}

export function GenderField({ defaultValue = 'UNDISCLOSED' }: { defaultValue?: string }) {
  const { control, id } = useField('gender', undefined);
  return (
    <div className="field">
      <label htmlFor={id}>{label('gender')}</label>
      <div className="control">
        <select {...control} defaultValue={defaultValue} autoComplete="sex">
          {GENDERS.map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}
