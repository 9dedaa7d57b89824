/** Input events in the vocabulary of the renderview event spec. Coordinates are logical pixels of the canvas. */

export type Modifier = "Shift" | "Control" | "Alt" | "Meta";

/** 0 none, 1 left, 2 right, 3 middle, 4 back, 5 forward. */
export type Button = 0 | 1 | 2 | 3 | 4 | 5;

/** One finger. `pressure` is 0 to 1. */
export interface Touch {
  readonly x: number;
  readonly y: number;
  readonly pressure: number;
}

interface Stamped {
  /** Seconds on the viewer's own clock. */
  readonly timestamp: number;
}

interface Pointed extends Stamped {
  readonly x: number;
  readonly y: number;
  readonly buttons: readonly Button[];
  readonly modifiers: readonly Modifier[];
}

export type PointerEventType =
  | "pointer_down"
  | "pointer_up"
  | "pointer_move"
  | "pointer_enter"
  | "pointer_leave";

export interface PointerInput extends Pointed {
  readonly type: PointerEventType;
  readonly button: Button;
  readonly ntouches: number;
  readonly touches: Readonly<Record<string, Touch>>;
}

export interface DoubleClickInput extends Pointed {
  readonly type: "double_click";
  readonly button: Button;
}

export interface WheelInput extends Pointed {
  readonly type: "wheel";
  /** Pixels; positive scrolls right and down. */
  readonly dx: number;
  readonly dy: number;
}

export interface KeyInput extends Stamped {
  readonly type: "key_down" | "key_up";
  /** As in `KeyboardEvent.key`. */
  readonly key: string;
  readonly modifiers: readonly Modifier[];
}

export interface CharInput extends Stamped {
  readonly type: "char";
  readonly data: string;
  readonly is_composing: boolean;
  /** As in `InputEvent.inputType`. */
  readonly input_type: string;
}

export interface CloseInput extends Stamped {
  readonly type: "close";
}

export type InputEvent = PointerInput | DoubleClickInput | WheelInput | KeyInput | CharInput | CloseInput;
