import { useEffect, useState } from "react";
import { Api, type Session } from "../api/client";
import { placeOf, throwAway } from "../live/keeping";
import { type Language, TextContext, translator } from "../text";
import { House } from "./House";
import { SignIn } from "./SignIn";

const LANGUAGE = "madeleine.language";

function firstLanguage(): Language {
  return (localStorage.getItem(LANGUAGE) ?? navigator.language).startsWith("zh") ? "zh" : "en";
}

/** The whole page: the language, the session, and what shows with and without one. */
export function Root() {
  const [session, setSession] = useState<Session | undefined>();
  const [api] = useState(() => new Api((next) => {
    // Whoever is signed in is the only one of whom this browser keeps anything.
    void throwAway(undefined, next && placeOf(next.profile.person_id));
    setSession(next);
  }));
  const [language, setLanguage] = useState(firstLanguage);
  const known = session ?? api.current;

  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
    localStorage.setItem(LANGUAGE, language);
  }, [language]);

  const switchLanguage = () => setLanguage(language === "zh" ? "en" : "zh");
  return (
    <TextContext.Provider value={translator(language)}>
      {known ? (
        <House api={api} profile={known.profile} onLanguage={switchLanguage} />
      ) : (
        <SignIn api={api} language={language} onLanguage={switchLanguage} />
      )}
    </TextContext.Provider>
  );
}
