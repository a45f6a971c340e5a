import { type ReactNode, useCallback, useId, useState } from "react";
import { ApiError } from "../api/client";
import { isBrokenOff } from "../state/operation";
import { useText } from "../text";

interface InputProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  type?: string;
  hint?: string;
  error?: string | undefined;
  required?: boolean;
  autoComplete?: string;
  placeholder?: string;
  step?: string;
}

/** A labelled input whose hint and error are read out with it. */
export function Input({ label, hint, error, onChange, ...rest }: InputProps) {
  const id = useId();
  return (
    <div className="input">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        {...rest}
        aria-invalid={error ? true : undefined}
        aria-describedby={hint || error ? `${id}-note` : undefined}
        onChange={(event) => onChange(event.target.value)}
      />
      {(error || hint) && (
        <small id={`${id}-note`} className={error ? "error" : "hint"}>
          {error || hint}
        </small>
      )}
    </div>
  );
}

/** Keeps whether an action runs and what went wrong, in words and by field; `run` says whether it went well. */
export function useAction() {
  const t = useText();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const [fields, setFields] = useState<Readonly<Record<string, string>>>({});
  const run = useCallback(
    async (action: () => Promise<void>): Promise<boolean> => {
      setBusy(true);
      setError("");
      setFields({});
      try {
        await action();
        return true;
      } catch (problem) {
        if (problem instanceof ApiError) setFields(problem.fields);
        if (!isBrokenOff(problem)) {
          setError(inWords(problem, t("unreachable")));
        }
        return false;
      } finally {
        setBusy(false);
      }
    },
    [t],
  );
  return { busy, error, fields, run };
}

function inWords(problem: unknown, unreachable: string): string {
  if (problem instanceof ApiError) return problem.words;
  if (problem instanceof TypeError) return unreachable;
  return problem instanceof Error ? problem.message : String(problem);
}

export function Problem({ text }: { text: string }) {
  return (
    <p role="alert" className="error" hidden={!text}>
      {text}
    </p>
  );
}

export function Empty({ children }: { children: ReactNode }) {
  return <p className="empty">{children}</p>;
}

export function Progress({ step, value }: { step: string; value: number }) {
  return (
    <div className="progress" role="status">
      <progress max={1} value={value} aria-label={step} />
      <span>{step}</span>
    </div>
  );
}
