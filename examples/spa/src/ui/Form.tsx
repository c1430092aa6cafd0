import { createContext, useContext, useEffect, useId, useRef, useState, type ReactNode } from 'react';
import { failure } from '../latchkey';
import type { Problems } from '../types';

interface FormState {
  prefix: string;
  problems: Problems;
}

const Context = createContext<FormState>({ prefix: '', problems: {} });

export type Values = Record<string, string>;

interface FormProps {
  /** The text of the button. */
  submit: string;
  /** Sends the values. Returns what is wrong with them, or nothing. */
  onSubmit(values: Values): Promise<Problems | undefined>;
  children: ReactNode;
}

/** A form whose errors are in a summary, which gets the focus, and beside their fields. */
export function Form({ submit, onSubmit, children }: FormProps) {
  const prefix = useId();
  const [problems, setProblems] = useState<Problems>({});
  const [busy, setBusy] = useState(false);
  const summary = useRef<HTMLDivElement>(null);
  const fields = Object.entries(problems.fields ?? {});
  const hasProblems = problems.form !== undefined || fields.length > 0;

  useEffect(() => {
    if (hasProblems) summary.current?.focus();
  }, [hasProblems, problems]);

  async function send(form: HTMLFormElement) {
    if (busy) return;
    setBusy(true);
    try {
      setProblems((await onSubmit(Object.fromEntries(new FormData(form)) as Values)) ?? {});
    } catch (error) {
      setProblems({ form: failure(error) });
    } finally {
      setBusy(false);
    }
  }

  return (
    <form
      noValidate
      aria-busy={busy}
      onSubmit={(event) => {
        event.preventDefault();
        void send(event.currentTarget);
      }}
    >
      {hasProblems && (
        <div className="summary" role="alert" tabIndex={-1} ref={summary}>
          <h2>{fields.length > 0 ? 'Check what you entered' : 'That did not work'}</h2>
          {problems.form && <p>{problems.form}</p>}
          {fields.length > 0 && (
            <ul>
              {fields.map(([name, message]) => (
                <li key={name}>
                  <a
                    href={`#${prefix}${name}`}
                    onClick={(event) => {
                      event.preventDefault();
                      document.getElementById(`${prefix}${name}`)?.focus();
                    }}
                  >
                    {message}
                  </a>
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
      <Context value={{ prefix, problems }}>{children}</Context>
      <button type="submit" className="primary" aria-disabled={busy}>
        {busy ? <span className="spinner" aria-hidden="true" /> : null}
        {submit}
      </button>
    </form>
  );
}

/** Returns what ties a control to its label, its hint and its error. */
export function useField(name: string, hint: string | undefined) {
  const { prefix, problems } = useContext(Context);
  const id = `${prefix}${name}`;
  const error = problems.fields?.[name];
  const describedBy = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  const control = {
    id,
    name,
    'aria-invalid': error !== undefined,
    ...(describedBy && { 'aria-describedby': describedBy }),
  };
  return { control, error, id };
}
