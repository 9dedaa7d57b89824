/** Says what is wrong with the connection, and offers what would help. */

import type { StatusDetail } from "../bridge";
import { element } from "./dom";

export interface BannerActions {
  retry(): void;
  token(token: string): void;
  reload(): void;
}

/** How often the countdown is written, ms. */
const COUNTDOWN_MS = 250;

/** The picture that is shown: `old` where it is of an earlier connection. */
export type PictureAge = "none" | "old" | "current";

interface Notice {
  readonly title: string;
  readonly text: string;
  readonly action?: "retry" | "token" | "reload";
}

/** What a person is told in each state, or null where all is well. */
export function noticeOf(
  detail: StatusDetail,
  picture: PictureAge,
  problem: string | null = null,
): Notice | null {
  const { status, code, reason, after } = detail;
  switch (status) {
    case "connected":
      if (problem !== null) return { title: "The picture has stopped", text: problem };
      return picture === "current" ? null : { title: "Waiting for the first picture", text: "" };
    case "connecting":
      return { title: "Connecting", text: "" };
    case "closed":
      return { title: "Disconnected", text: "This view was closed." };
    case "reconnecting":
      return { ...lossOf(code), action: "retry" };
    case "refused":
      if (after === "token") return { title: "Credential needed", text: tokenText(reason), action: "token" };
      if (after === "reload") {
        return {
          title: "Reload needed",
          text: "This page and the server are of different versions.",
          action: "reload",
        };
      }
      return { title: "The server refused the connection", text: reason || `Code ${code}.`, action: "retry" };
  }
}

function tokenText(reason: string): string {
  return reason === ""
    ? "Enter the token from the address that the server printed."
    : `${reason}. It is part of the address that the server printed.`;
}

function lossOf(code: number | null): Notice {
  switch (code) {
    case 1000:
      return { title: "The canvas was closed", text: "It will show here again if it is reopened." };
    case 1001:
    case 1012:
      return { title: "The server is shutting down", text: "" };
    case 4404:
      return {
        title: "Nothing is shown under this name",
        text: "The canvas was closed, or has not been opened yet.",
      };
    case 4420:
      return {
        title: "The connection is too slow",
        text: "The server gave up on this view: what it sent was not shown in time.",
      };
    case 4429:
      return { title: "Too many viewers", text: "A place may become free." };
    default:
      return { title: "Connection lost", text: "" };
  }
}

export class Banner {
  readonly root = element("div", { class: "banner", hidden: "" });
  readonly #title = element("strong");
  readonly #text = element("p");
  readonly #countdown = element("p", { class: "countdown", "aria-hidden": "true" });
  readonly #retry = element("button", { type: "button" }, "Retry now");
  readonly #reload = element("button", { type: "button" }, "Reload");
  readonly #form: HTMLFormElement;
  readonly #input = element("input", {
    type: "text",
    name: "token",
    "aria-label": "Token",
    placeholder: "Token",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    required: "",
    maxlength: "256",
  });
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(actions: BannerActions) {
    this.#form = element("form", {}, this.#input, element("button", { type: "submit" }, "Connect"));
    const live = element("div", { role: "status", "aria-live": "polite" }, this.#title, this.#text);
    this.root.append(
      element("div", { class: "spinner" }),
      live,
      this.#countdown,
      this.#retry,
      this.#reload,
      this.#form,
    );
    this.#retry.addEventListener("click", () => actions.retry());
    this.#reload.addEventListener("click", () => actions.reload());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      actions.token(this.#input.value.trim());
    });
  }

  /** `problem`: why the server has no new pictures, or null. */
  show(detail: StatusDetail, picture: PictureAge, problem: string | null): void {
    clearInterval(this.#timer);
    const notice = noticeOf(detail, picture, problem);
    this.root.hidden = notice === null;
    if (notice === null) return;
    // Nothing is being waited for where there is a problem.
    this.root.dataset.status = detail.status === "connected" && problem !== null ? "stopped" : detail.status;
    this.root.classList.toggle("over-picture", picture !== "none");
    this.#title.textContent = notice.title;
    this.#text.textContent = notice.text;
    this.#text.hidden = notice.text === "";
    this.#retry.hidden = notice.action !== "retry";
    this.#reload.hidden = notice.action !== "reload";
    const asks = notice.action === "token";
    if (asks && this.#form.hidden) this.#input.value = "";
    this.#form.hidden = !asks;
    this.#count(detail);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #count({ status, retryInMs }: StatusDetail): void {
    this.#countdown.hidden = status !== "reconnecting";
    if (status !== "reconnecting") return;
    if (retryInMs === null) {
      this.#countdown.textContent = "Trying again …";
      return;
    }
    const due = performance.now() + retryInMs;
    const write = () => {
      const left = Math.max(0, Math.ceil((due - performance.now()) / 1_000));
      this.#countdown.textContent = left === 0 ? "Trying again …" : `Trying again in ${left} s`;
    };
    write();
    this.#timer = setInterval(write, COUNTDOWN_MS);
  }
}
