import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";

import { AboutMe } from "../src/views/choosing/AboutMe";
import { Cadence } from "../src/views/choosing/Cadence";
import { Genres } from "../src/views/choosing/Genres";
import { OnFloor } from "../src/views/choosing/OnFloor";
import { OwnPlan } from "../src/views/choosing/OwnPlan";
import { stillWritten } from "../src/views/choosing/written";
import { SETTINGS } from "./helpers";

const onChange = () => undefined;
const plan = [{ seconds: 600, zone: 2 }];

test("what was written stands until it is in force, and the rest is what is in force", () => {
  const written = { age: "41", resting: "55" };
  expect(stillWritten(written, { age: "35", resting: "55", maximum: "" })).toEqual({ age: "41" });
  expect(stillWritten(written, { age: "41", resting: "55", maximum: "" })).toEqual({});
});

test("rows of a plan are in force when each is", () => {
  const rows = [{ minutes: "5", zone: 2 }];
  expect(stillWritten({ rows }, { rows: [{ minutes: "5", zone: 2 }] })).toEqual({});
  expect(stillWritten({ rows }, { rows: [...rows, ...rows] })).toEqual({ rows });
});

const FORMS = {
  "about me": (waiting: boolean) => createElement(AboutMe, { settings: SETTINGS, waiting, onChange }),
  genres: (waiting: boolean) => createElement(Genres, { settings: SETTINGS, waiting, onChange }),
  plan: (waiting: boolean) => createElement(OwnPlan, { plan, waiting, onChange }),
  cadence: (waiting: boolean) => createElement(Cadence, { cadence: 168, waiting, onChange }),
  floor: (waiting: boolean) => createElement(OnFloor, { settings: SETTINGS, waiting, onChange }),
};

test.each(Object.entries(FORMS))("the form of %s says that it waits for an earlier change", (_, form) => {
  const submit = (waiting: boolean) =>
    /<button type="submit"[^>]*>/.exec(renderToStaticMarkup(form(waiting)))?.[0];
  expect(submit(true)).toContain('aria-disabled="true"');
  expect(submit(false)).toContain('aria-disabled="false"');
});
