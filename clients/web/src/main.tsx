import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { keepPage } from "./offline/register";
import { Root } from "./ui/Root";
import "./styles.css";
import "./apps.css";

const place = document.getElementById("root");
if (!place) throw new Error("index.html has no #root");
createRoot(place).render(
  <StrictMode>
    <Root />
  </StrictMode>,
);
keepPage();
