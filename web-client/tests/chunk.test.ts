import { describe, expect, test } from "vitest";
import { CHUNK_HEADER_BYTES, parseChunk } from "../src/core/chunk";
import { ProtocolError } from "../src/core/errors";

/** A valid chunk, to be spoilt one byte at a time. */
function message(): DataView {
  const view = new DataView(new ArrayBuffer(CHUNK_HEADER_BYTES + 3));
  view.setUint8(0, 0xfb);
  view.setUint8(1, 1);
  view.setUint8(2, 1);
  view.setUint8(3, 3);
  view.setUint32(4, 0xffffffff, true);
  view.setUint32(8, 7, true);
  view.setUint16(12, 1280, true);
  view.setUint16(14, 720, true);
  view.setFloat32(16, 1.5, true);
  view.setUint32(20, 42, true);
  view.setBigUint64(24, 123_456_789_012n, true);
  new Uint8Array(view.buffer).set([1, 2, 3], CHUNK_HEADER_BYTES);
  return view;
}

function parse(view: DataView) {
  return parseChunk(view.buffer as ArrayBuffer);
}

describe("parseChunk", () => {
  test("reads every member", () => {
    const { header, payload } = parse(message());
    expect(header).toEqual({
      format: "h264",
      keyframe: true,
      lossless: true,
      sequence: 0xffffffff,
      stream: 7,
      width: 1280,
      height: 720,
      pixelRatio: 1.5,
      frame: 42,
      timestamp: 123_456_789_012,
    });
    expect([...payload]).toEqual([1, 2, 3]);
  });

  test.each<[string, (view: DataView) => void]>([
    ["magic", (view) => view.setUint8(0, 0)],
    ["version", (view) => view.setUint8(1, 2)],
    ["format", (view) => view.setUint8(2, 5)],
    ["flags", (view) => view.setUint8(3, 4)],
    ["size", (view) => view.setUint16(12, 0, true)],
    ["size", (view) => view.setUint16(14, 0, true)],
    ["pixel_ratio", (view) => view.setFloat32(16, 0, true)],
    ["pixel_ratio", (view) => view.setFloat32(16, Number.NaN, true)],
    ["pixel_ratio", (view) => view.setFloat32(16, Number.POSITIVE_INFINITY, true)],
  ])("refuses a wrong %s by name", (name, spoil) => {
    const view = message();
    spoil(view);
    expect(() => parse(view)).toThrow(name);
    expect(() => parse(view)).toThrow(ProtocolError);
  });

  test("refuses an image without the keyframe flag", () => {
    const view = message();
    view.setUint8(2, 17);
    view.setUint8(3, 0);
    expect(() => parse(view)).toThrow("keyframe");
  });

  test.each([0, 31, 32])("refuses a message of %d bytes: there is no picture in it", (length) => {
    expect(() => parseChunk(message().buffer.slice(0, length) as ArrayBuffer)).toThrow(`${length} bytes`);
  });
});
