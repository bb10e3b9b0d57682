import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import "./style.css";
import { keepPage } from "./wire/network";
import { App } from "./views/App";

const page = document.getElementById("page");
if (page) {
  createRoot(page).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
if (import.meta.env.PROD) keepPage();
