import { mount } from "svelte";
import Figure from "./Figure.svelte";
import { src } from "./src.ts";

mount(Figure, { target: document.getElementById("app") as HTMLElement, props: { src } });
