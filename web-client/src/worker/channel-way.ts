/** How a view gets to its display where the page has a host that carries messages: over those, or over a proxy of the host. */

import type { OfferedServer } from "../core/channel";
import type { AfterClose } from "../core/closing";
import { Upgrade } from "../core/upgrade";
import { socketAddress } from "./addresses";
import { ChannelTransport } from "./channel-transport";
import { httpAnswers, webSocketOpens } from "./reachability";
import type { Ended, Way } from "./route";
import type { Transport, TransportHandlers } from "./transport";
import { WebSocketTransport } from "./websocket-transport";

/** Begins with the channel, goes over to the server that the other side offers where it can be reached, and comes back when that ends. */
export class ChannelWay implements Way {
  readonly fellBack = false;
  readonly #upgrade = new Upgrade();
  #server: OfferedServer | null = null;
  #asking = false;

  /**
   * @param proxy address of the host's proxy to ports of the other side's machine, with a slash at its end; empty for none.
   * @param changed another transport is the better one from now on.
   */
  constructor(
    private readonly port: MessagePort,
    private readonly proxy: string,
    private readonly changed: () => void,
  ) {}

  get token(): string | null {
    return this.#upgrade.active ? (this.#server?.token ?? null) : null;
  }

  connect(handlers: TransportHandlers): Transport {
    return this.#upgrade.active
      ? new WebSocketTransport(socketAddress(this.#page), handlers)
      : new ChannelTransport(this.port, handlers, (server) => this.#offered(server));
  }

  /** Whatever ended the way over the proxy before the display has greeted us, the channel is there. */
  ended({ transport, openedMs, greeted }: Ended): AfterClose | null {
    if (transport === "channel") return null;
    this.#upgrade.failed(performance.now(), openedMs);
    return greeted ? null : "reconnect";
  }

  poll(now: number): void {
    if (this.#server === null || this.#asking || !this.#upgrade.due(now)) return;
    this.#asking = true;
    void this.#answers().then((answers) => {
      this.#asking = false;
      if (!answers) {
        this.#upgrade.failed(performance.now());
        return;
      }
      this.#upgrade.begin();
      this.changed();
    });
  }

  wake(): void {
    this.#upgrade.soon();
  }

  get #page(): string {
    return this.#server === null ? "" : `${this.proxy}${this.#server.port}/${this.#server.path}`;
  }

  /** A proxy may accept a WebSocket before it knows whether there is anything behind it: so HTTP has to answer too. */
  async #answers(): Promise<boolean> {
    return (await httpAnswers(this.#page)) && (await webSocketOpens(this.#page));
  }

  #offered(server: OfferedServer | null): void {
    const isOther = server?.token !== this.#server?.token;
    this.#server = this.proxy === "" ? null : server;
    if (isOther) this.#upgrade.soon();
  }
}
