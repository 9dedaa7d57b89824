/** All that lies around and over the picture, and what of the model it shows. */

import type { PresentedFrame } from "../bridge";
import { Staleness } from "../core/staleness";
import { Badges } from "./badge";
import { Banner, type BannerActions, type PictureAge } from "./banner";
import { element } from "./dom";
import { Help } from "./help";
import { Hud } from "./hud";
import type { ViewModel } from "./model";
import type { Recording } from "./recording";
import { STYLE } from "./style";
import { Toolbar, type ToolbarActions } from "./toolbar";
import type { WindowFrame } from "./window-frame";
import { transportInWords } from "./words";

export type ShellActions = BannerActions & Omit<ToolbarActions, "help">;

export class Shell {
  /** Has the title bar, and the body below it. */
  readonly root = element("div", { class: "view", part: "view" });
  readonly toolbar: Toolbar;
  readonly #body = element("div", { class: "body" });
  readonly #hud = new Hud();
  readonly #help = new Help();
  readonly #banner: Banner;
  readonly #staleness = new Staleness();
  readonly #badges = new Badges(this.#staleness);
  /** What picture there is: none yet, one of an earlier connection, or of this one. */
  #picture: PictureAge = "none";
  /** Why the server has no new pictures, in words. */
  #problem: string | null = null;

  constructor(
    private readonly model: ViewModel,
    actions: ShellActions,
  ) {
    this.toolbar = new Toolbar({ ...actions, help: () => this.#toggleHelp() });
    this.#banner = new Banner(actions);
    this.toolbar.root.addEventListener("keydown", ({ key }) => {
      if (key === "Escape" && this.#help.open) this.#toggleHelp();
    });
  }

  /** Puts everything in its place, in `shadow`. */
  assemble(shadow: ShadowRoot, stage: HTMLElement, recording: Recording, frame: WindowFrame): void {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    shadow.adoptedStyleSheets = [sheet, frame.size.sheet];
    this.#body.append(
      stage,
      this.#hud.root,
      this.#help.root,
      this.#badges.root,
      recording.root,
      this.#banner.root,
      this.toolbar.root,
    );
    this.root.append(frame.titleBar.root, this.#body, frame.handle.root);
    shadow.append(this.root);
    this.toolbar.canRecord = recording.supported;
    this.#banner.show(this.model.detail, this.#picture, this.#problem);
  }

  get statistics(): boolean {
    return this.#hud.open;
  }

  set statistics(open: boolean) {
    this.#hud.open = open;
    this.toolbar.statisticsOpen = open;
    this.showStats();
  }

  get latency(): boolean {
    return this.#badges.latency;
  }

  set latency(on: boolean) {
    this.#badges.latency = on;
    this.showStats();
  }

  /** The connection's status is another one. */
  showStatus(): void {
    if (!this.model.connected) {
      this.#staleness.reset();
      if (this.#picture === "current") this.#picture = "old";
    }
    this.#showPictureAge();
    this.showState();
  }

  /** The display's state is another one. */
  showState(): void {
    const { connected, control, detail, state } = this.model;
    this.#badges.viewOnly = connected && !control;
    this.#badges.busy = connected && control && !detail.takesInput;
    this.#badges.transport = connected ? transportInWords(detail) : "";
    this.#staleness.told(state.stale === true);
    if (this.#problem !== (state.problem ?? null)) {
      this.#problem = state.problem ?? null;
      this.#showPictureAge();
    }
    this.#badges.showStaleness();
  }

  /** There is another picture on the canvas. */
  showPicture(frame: PresentedFrame): void {
    this.#staleness.shown(frame.frame, performance.now());
    this.#badges.showStaleness();
    if (this.#picture === "current" || !this.model.connected) return;
    this.#picture = "current";
    this.root.toggleAttribute("data-picture", true);
    this.#showPictureAge();
  }

  showStats(): void {
    const { stats, stream, state } = this.model;
    this.#hud.show(stats, stream, state);
    const { roundTripMs, presentMs } = stats;
    this.#badges.showLatency(roundTripMs === null ? null : roundTripMs + (presentMs ?? 0));
  }

  /** The mouse is here, in the viewport: near enough to the toolbar for that to appear? */
  pointerAt(x: number, y: number): void {
    const box = this.#body.getBoundingClientRect();
    this.toolbar.pointerNear(box.right - x, y - box.top);
  }

  pointerGone(): void {
    this.toolbar.pointerNear(-1, -1);
  }

  close(): void {
    this.#banner.close();
    this.#badges.close();
  }

  #showPictureAge(): void {
    this.root.toggleAttribute("data-stale", this.#picture === "old" || this.#problem !== null);
    this.#banner.show(this.model.detail, this.#picture, this.#problem);
  }

  #toggleHelp(): void {
    this.#help.open = !this.#help.open;
    this.toolbar.helpOpen = this.#help.open;
  }
}
