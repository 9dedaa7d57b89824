/** The small signs in the lower right corner: what is to be known of the picture, and is no reason to cover it. */

import { gradeOf } from "../core/latency";
import type { Staleness } from "../core/staleness";
import { element } from "./dom";
import { ageInWords, millisecondsInWords } from "./words";

/** How often the age of an overdue picture is written, ms. */
const AGE_MS = 1_000;

/** One sign. What changes all the time is in `number`, which screen readers do not read out by themselves. */
class Badge {
  readonly root: HTMLElement;
  readonly text: HTMLElement;
  readonly number = element("span", { class: "number" });

  /** @param live whether screen readers read its text out when it appears. */
  constructor(name: string, live: boolean) {
    this.text = element("span", live ? { role: "status" } : {});
    this.root = element("div", { class: `badge ${name}`, hidden: "" }, this.text, this.number);
  }

  get shown(): boolean {
    return !this.root.hidden;
  }

  set shown(shown: boolean) {
    // Shown anew, it would fade in again.
    if (this.root.hidden === shown) this.root.hidden = !shown;
  }
}

export class Badges {
  readonly root = element("div", { class: "badges" });
  readonly #viewOnly = new Badge("view-only", true);
  readonly #stale = new Badge("stale", true);
  readonly #busy = new Badge("busy", true);
  readonly #transport = new Badge("transport", true);
  readonly #latency = new Badge("latency", false);
  #clock: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly staleness: Staleness) {
    this.#viewOnly.text.textContent = "view only";
    this.#busy.text.textContent = "The program does not keep up: nothing more is taken for now";
    this.#latency.text.textContent = "Latency";
    const badges = [this.#transport, this.#viewOnly, this.#busy, this.#stale, this.#latency];
    this.root.append(...badges.map(({ root }) => root));
  }

  /** Whether this viewer only looks: another one has the control. */
  set viewOnly(on: boolean) {
    this.#viewOnly.shown = on;
  }

  /** Whether there is no room for more input until the server has taken some. */
  set busy(on: boolean) {
    this.#busy.shown = on;
  }

  /** What is to be said of the way that the connection takes; empty for nothing. */
  set transport(words: string) {
    this.#transport.text.textContent = words;
    this.#transport.shown = words !== "";
  }

  /** Whether the latency is shown. */
  get latency(): boolean {
    return this.#latency.shown;
  }

  set latency(on: boolean) {
    this.#latency.shown = on;
  }

  /** @param latencyMs from what a person does to its picture, but for what the program takes; null where not measured yet. */
  showLatency(latencyMs: number | null): void {
    if (!this.latency) return;
    const grade = latencyMs === null ? "" : gradeOf(latencyMs);
    const { root, number } = this.#latency;
    root.dataset.grade = grade;
    number.textContent = millisecondsInWords(latencyMs) + (grade && `, ${grade}`);
  }

  /** Shows that a picture is overdue, or that it is so no more. */
  showStaleness(): void {
    const overdue = this.staleness.age(performance.now()) !== null;
    if (overdue !== this.#stale.shown) this.#showOverdue(overdue);
  }

  close(): void {
    clearInterval(this.#clock);
  }

  #showOverdue(overdue: boolean): void {
    clearInterval(this.#clock);
    this.#stale.text.textContent = overdue ? "No new picture" : "";
    this.#stale.shown = overdue;
    if (!overdue) return;
    this.#writeAge();
    this.#clock = setInterval(() => this.#writeAge(), AGE_MS);
  }

  #writeAge(): void {
    const age = this.staleness.age(performance.now());
    if (age === null) return;
    this.#stale.number.textContent = `for ${age.exact ? "" : "more than "}${ageInWords(age.ms)}`;
  }
}
