/** Typed access to the members of a JSON object that came from the network. */

import { ProtocolError } from "./errors";

/** A JSON object whose members have not been looked at yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads members of one object; what is missing or ill-typed raises ProtocolError under the object's name. */
export class Members {
  constructor(
    private readonly where: string,
    private readonly object: JsonObject,
  ) {}

  has(name: string): boolean {
    return this.object[name] !== undefined;
  }

  string(name: string): string {
    const value = this.object[name];
    return typeof value === "string" ? value : this.fail(name, "a string");
  }

  number(name: string): number {
    const value = this.object[name];
    return typeof value === "number" && Number.isFinite(value) ? value : this.fail(name, "a finite number");
  }

  positive(name: string): number {
    const value = this.number(name);
    return value > 0 ? value : this.fail(name, "a positive number");
  }

  integer(name: string, min: number, max: number): number {
    const value = this.object[name];
    const fits = typeof value === "number" && Number.isInteger(value) && value >= min && value <= max;
    return fits ? value : this.fail(name, `an integer from ${min} to ${max}`);
  }

  boolean(name: string): boolean {
    const value = this.object[name];
    return typeof value === "boolean" ? value : this.fail(name, "true or false");
  }

  oneOf<T extends string>(name: string, options: readonly T[]): T {
    const value = this.object[name];
    const found = options.find((option) => option === value);
    return found ?? this.fail(name, `one of ${options.join(", ")}`);
  }

  child(name: string): JsonObject {
    const value = this.object[name];
    return isObject(value) ? value : this.fail(name, "an object");
  }

  /** The member read by `read`, or null where it is null. */
  nullable<T>(name: string, read: () => T): T | null {
    return this.object[name] === null ? null : read();
  }

  /** The member as it came. */
  any(name: string): unknown {
    return this.has(name) ? this.object[name] : this.fail(name, "a JSON value");
  }

  /** Refuses a member that is not what was `expected`. */
  fail(name: string, expected: string): never {
    const value = JSON.stringify(this.object[name])?.slice(0, 80) ?? "missing";
    throw new ProtocolError(`${this.where}.${name}: ${value}, expected ${expected}`);
  }
}
