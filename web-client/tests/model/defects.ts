/** Planted defects of the client, which the model checker must find; `tests/model/defects.py` says what they mean. */

import { KeyframeGate } from "../../src/core/gate";
import { Heartbeat } from "../../src/core/heartbeat";
import { Keys } from "../../src/core/keys";
import { InputLedger } from "../../src/core/ledger";
import { Mouse } from "../../src/core/mouse";
import { ImagePipe } from "../../src/worker/image";
import { Presenter } from "../../src/worker/presenter";

function nothing(): void {}

const { resume } = InputLedger.prototype;
const { poll } = Heartbeat.prototype;

export const DEFECTS: Readonly<Record<string, () => void>> = {
  "client-gate-open": () => {
    KeyframeGate.prototype.admit = () => true;
  },
  "client-does-not-resend": () => {
    InputLedger.prototype.resume = function (n) {
      resume.call(this, n);
      return [];
    };
  },
  "client-resends-backwards": () => {
    InputLedger.prototype.resume = function (n) {
      return [...resume.call(this, n)].reverse();
    };
  },
  "client-deaf": () => {
    Heartbeat.prototype.poll = function (now) {
      const action = poll.call(this, now);
      return action === "drop" ? "none" : action;
    };
  },
  "client-page-holds-on": () => {
    Mouse.prototype.leave = () => [];
    Mouse.prototype.reset = nothing;
    Keys.prototype.release = () => [];
    Keys.prototype.reset = nothing;
  },
  "client-counts-on": () => {
    Presenter.prototype.reset = nothing;
  },
  "client-late-image": () => {
    ImagePipe.prototype.reset = nothing;
  },
  "client-blurs-the-still": () => {
    Presenter.prototype.isRedundant = () => false;
  },
};
