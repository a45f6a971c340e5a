import { useEffect, useState } from "react";
import { Api } from "../api/client";
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
  const [api] = useState(() => new Api((next) => {
    // Whoever is signed in is the only one of whom this browser keeps anything.
    void throwAway(undefined, next && placeOf(next.profile.person_id));
    setSession(next);
  }));
  const [session, setSession] = useState(api.current);
  const [language, setLanguage] = useState(firstLanguage);

  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
    localStorage.setItem(LANGUAGE, language);
  }, [language]);

  const switchLanguage = () => setLanguage(language === "zh" ? "en" : "zh");
  return (
    <TextContext.Provider value={translator(language)}>
      {session ? (
        <House api={api} profile={session.profile} onLanguage={switchLanguage} />
      ) : (
        <SignIn api={api} language={language} onLanguage={switchLanguage} />
      )}
    </TextContext.Provider>
  );
}
