/** Where a Jupyter server has its proxy to ports of its machine: jupyter-server-proxy, which need not be installed. */

import { isObject } from "../core/members";

/** What JupyterLab and Notebook tell their pages: JSON in an element of this id. */
const CONFIGURATION_ID = "jupyter-config-data";

/** Address of the proxy, with a slash at its end; empty where this is no page of a Jupyter server. */
export function proxyAddress(): string {
  const base = baseUrl(document.getElementById(CONFIGURATION_ID)?.textContent ?? "");
  if (base === null) return "";
  const address = new URL(`${base.replace(/\/?$/, "/")}proxy/`, location.href);
  // The cookie that Jupyter knows the browser by is for its own origin.
  return address.origin === location.origin ? address.href : "";
}

function baseUrl(configuration: string): string | null {
  try {
    const parsed: unknown = JSON.parse(configuration);
    return isObject(parsed) && typeof parsed.baseUrl === "string" ? parsed.baseUrl : null;
  } catch {
    return null;
  }
}
