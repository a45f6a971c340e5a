import { type FormEvent, useState } from "react";
import { type Api, newKey, type Session } from "../api/client";
import { type Key, type Language, useText } from "../text";
import { Input, Problem, useAction } from "./parts";

type Use = "memory" | "training" | "spark";
const USES: readonly [Use, Key][] = [
  ["memory", "consentMemory"],
  ["training", "consentTraining"],
  ["spark", "consentSpark"],
];

export function SignIn({ api, language, onLanguage }: { api: Api; language: Language; onLanguage: () => void }) {
  const t = useText();
  const [isNew, setIsNew] = useState(false);
  const [handle, setHandle] = useState("");
  const [password, setPassword] = useState("");
  const [name, setName] = useState("");
  const [consent, setConsent] = useState<Record<Use, boolean>>({ memory: true, training: false, spark: false });
  const [key] = useState(newKey);
  const { busy, error, fields, run } = useAction();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const account = {
      handle,
      password,
      display_name: name || handle,
      time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      language: language === "zh" ? "zh-Hans" : "en",
      consent,
      idempotency_key: key,
    };
    void run(async () =>
      api.signIn(await api.post<Session>(isNew ? "/v1/signup" : "/v1/login", isNew ? account : { handle, password })),
    );
  };

  return (
    <main className="door">
      <form onSubmit={submit}>
        <img src="/icon.svg" alt="" width="56" height="56" />
        <h1>Madeleine</h1>
        <p className="tagline">{t("tagline")}</p>
        <Input
          label={t("handle")} value={handle} onChange={setHandle} required autoComplete="username"
          error={fields["handle"]} {...(isNew ? { hint: t("handleHint") } : {})}
        />
        <Input
          label={t("password")} value={password} onChange={setPassword} required type="password"
          autoComplete={isNew ? "new-password" : "current-password"}
          error={fields["password"]} {...(isNew ? { hint: t("passwordHint") } : {})}
        />
        {isNew && (
          <>
            <Input label={t("displayName")} value={name} onChange={setName} autoComplete="name" error={fields["display_name"]} />
            <fieldset>
              <legend>{t("consent")}</legend>
              {USES.map(([use, words]) => (
                <label key={use} className="check">
                  <input
                    type="checkbox" checked={consent[use]}
                    onChange={(event) => setConsent({ ...consent, [use]: event.target.checked })}
                  />
                  {t(words)}
                </label>
              ))}
            </fieldset>
          </>
        )}
        <Problem text={error} />
        <button className="primary" disabled={busy}>{t(isNew ? "signUp" : "signIn")}</button>
        <div className="row between">
          <button type="button" className="link" onClick={() => setIsNew(!isNew)}>{t(isNew ? "haveAccount" : "noAccount")}</button>
          <button type="button" className="link" onClick={onLanguage}>{t("language")}</button>
        </div>
      </form>
    </main>
  );
}
