import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { useRfbView } from "rendercanvas-rfb-client/react";
import { src } from "./src.ts";

function App() {
  const [shown, setShown] = useState(true);
  const figure = useRfbView({ src, toolbar: false });
  return (
    <>
      <button onClick={() => setShown(!shown)}>Switch</button>
      <output>{figure.status}</output>
      {shown && <div ref={figure.ref} className="figure" />}
    </>
  );
}

createRoot(document.getElementById("app") as HTMLElement).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
