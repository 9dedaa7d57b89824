/** The part of an anywidget's model that is used here (https://anywidget.dev/en/afm/). */
export interface Model {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  send(content: unknown): void;
  on(event: "msg:custom", listener: CustomListener): void;
  off(event: "msg:custom", listener: CustomListener): void;
}

export type CustomListener = (content: unknown, buffers?: readonly (DataView | ArrayBuffer)[]) => void;
