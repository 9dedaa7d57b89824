/** The picture in the state of the widget: there before the first one of a connection, and in saved notebooks without a kernel. */

import type { RfbView } from "../view/rfb-view";
import type { Model } from "./model";

/** The member of the state: a PNG file, or empty. */
const MEMBER = "picture";
/** How long a picture stays before it is saved, ms: encoding it takes up to 0.1 s of the worker. */
const SETTLED_MS = 1_000;

export class SavedPicture {
  readonly #address: string | null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly model: Model) {
    const bytes = model.get(MEMBER);
    const has = bytes instanceof DataView && bytes.byteLength > 0;
    this.#address = has
      ? URL.createObjectURL(new Blob([bytes as DataView<ArrayBuffer>], { type: "image/png" }))
      : null;
  }

  /** CSS background that shows it; empty where there is none. */
  get background(): string {
    return this.#address === null ? "" : `url("${this.#address}") center / contain no-repeat`;
  }

  /** The view has shown a picture: it covers the saved one, and is saved when it stays. */
  presented(view: RfbView): void {
    view.background = "";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#save(view), SETTLED_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
    if (this.#address !== null) URL.revokeObjectURL(this.#address);
  }

  /** Puts it into the state here, from which notebooks are saved, and does not send it to the kernel. */
  async #save(view: RfbView): Promise<void> {
    const blob = await view.screenshot();
    this.model.set(MEMBER, new DataView(await blob.arrayBuffer()));
  }
}
