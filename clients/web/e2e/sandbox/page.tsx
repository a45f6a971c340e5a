// Shows one custom view with the script that a test hands over: window.show(script, records, spec, view, people).

import { createRoot } from "react-dom/client";
import { CustomView, type DrawnRecord } from "../../src/sandbox/CustomView";
import "../../src/styles.css";

const place = document.getElementById("root");
if (!place) throw new Error("index.html has no #root");
const root = createRoot(place);
let shown = 0;

declare global {
  interface Window {
    show: (script: string, records?: DrawnRecord[], spec?: object, view?: object, people?: Record<string, string>) => void;
  }
}

// What an attacker would like to read.
localStorage.setItem("session", "a secret of the page");
document.cookie = "session=a secret cookie";

window.show = (script, records = [], spec = {}, view = {}, people = {}) =>
  root.render(<CustomView key={++shown} script={script} records={records} spec={spec} view={view} people={people} today="2026-03-15" />);
