/** What a music server answers, and what is wrong with it. */
import { type Account, hostOf, quoted } from "./account";
import { ServerTrouble } from "./trouble";

/** As the server sent it: nothing of it is sure. */
export type Answer = Readonly<Record<string, unknown>>;

/** Sources: subsonic.org/pages/api.jsp and opensubsonic.netlify.app, “Error”. */
const MISSING_PARAMETER = 10;
const CLIENT_TOO_OLD = 20;
const SERVER_TOO_OLD = 30;
const WRONG_PASSWORD = 40;
const NO_TOKENS = [41, 42];
const WRONG_KEY = 44;
const NOT_ALLOWED = 50;
const TRIAL_OVER = 60;
const NOT_FOUND = 70;

/** The answer that `text` holds; throws a `ServerTrouble` where it is none, or says no. */
export function answerOf(account: Account, response: Response, text: string): Answer {
  const answer = read(text);
  if (!answer) throw new ServerTrouble(notSubsonic(account, response, text));
  if (answer["status"] === "failed") throw refusal(account, answer["error"]);
  return answer;
}

/** Objects of a list that may be missing, or be a single object. */
export function listOf(value: unknown): readonly Answer[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter(isAnswer);
}

export function isAnswer(value: unknown): value is Answer {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function read(text: string): Answer | null {
  try {
    const whole: unknown = JSON.parse(text);
    const inner = isAnswer(whole) ? whole["subsonic-response"] : null;
    return isAnswer(inner) ? inner : null;
  } catch {
    return null;
  }
}

/** Why what came is no answer of a music server. */
export function notSubsonic(account: Account, response: Response, text: string): string {
  const host = hostOf(account);
  if (response.type === "opaqueredirect") return redirected(account);
  switch (response.status) {
    case 401:
    case 403:
      return (
        `${host} answers with ${response.status}: something before the music server wants a login of its own. ` +
        "Let it pass /rest/ on, where the music server looks at the password itself."
      );
    case 404:
      return `${account.address}/rest/ is not there (404): look whether the address is that of the music server, with its whole path.`;
    case 429:
      return `${host} was asked too often (429): try again in a while.`;
    case 502:
    case 503:
    case 504:
      return `${host} is there, but the music server behind it does not answer (${response.status}): look whether it runs.`;
  }
  if (!response.ok) return `${host} failed with status ${response.status}: its own log says why.`;
  if (text.includes("<subsonic-response")) return `${host} answers in XML, and this page reads JSON only: a newer version of it may have that.`;
  if (/^\s*</.test(text)) {
    return `${account.address} answers with a web page: that is no music server, or its path is missing. Enter the address that apps for Subsonic use.`;
  }
  return `${account.address} answers with something that is not Subsonic: enter the address that apps for Subsonic use.`;
}

function redirected({ address }: Account): string {
  return (
    `${address} sends this page on to another address, which it does not follow, so that nobody else gets your password. ` +
    "Open that address in a tab and enter where you come out."
  );
}

function refusal(account: Account, error: unknown): ServerTrouble {
  const host = hostOf(account);
  const code = Number(isAnswer(error) ? error["code"] : NaN);
  const said = isAnswer(error) && typeof error["message"] === "string" ? error["message"] : "no reason given";
  if (wantsPassword(account, code)) return new ServerTrouble(noTokens(host), "token");
  switch (code) {
    case WRONG_PASSWORD:
      return new ServerTrouble(`${host} does not know the user “${account.user}” with this password: look at both, and enter them anew.`);
    case WRONG_KEY:
      return new ServerTrouble(`${host} does not take this API key: make a new one there, and enter it.`);
    case CLIENT_TOO_OLD:
    case SERVER_TOO_OLD:
      return new ServerTrouble(`${host} speaks another version of Subsonic than this page: it says “${quoted(said, account)}”.`);
    case NOT_ALLOWED:
      return new ServerTrouble(`${host} does not let ${account.user ? `“${account.user}”` : "you"} do this: allow streaming for that user in its settings.`);
    case TRIAL_OVER:
      return new ServerTrouble(`The trial of ${host} is over: it serves apps again when it is paid for.`);
    case NOT_FOUND:
      return new ServerTrouble(`${host} does not have this song any more: press “Look for new songs”.`, "song");
  }
  return new ServerTrouble(`${host} refused: “${quoted(said, account)}”.`, "song");
}

/** Older servers miss the password where a newer one says that it knows no tokens. */
function wantsPassword({ proof }: Account, code: number): boolean {
  return proof.kind === "token" && (NO_TOKENS.includes(code) || code === MISSING_PARAMETER);
}

function noTokens(host: string): string {
  return (
    `${host} knows no tokens: it wants the password itself each time, so this browser would have to keep it. ` +
    "If you want that, tick “Keep my password in this browser” and connect again; a password that you use nowhere else is best."
  );
}
