import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import solid from "vite-plugin-solid";

const pages = ["csp", "element", "react", "react-hook", "solid", "svelte"];

export default defineConfig({
  logLevel: "warn",
  plugins: [svelte(), solid({ include: /solid\.tsx$/ })],
  build: { rolldownOptions: { input: pages.map((name) => `${name}.html`) } },
});
