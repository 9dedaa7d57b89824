import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { RfbView } from "rendercanvas-rfb-client/react";
import { src } from "./src.ts";

function App() {
  const [shown, setShown] = useState(true);
  const [status, setStatus] = useState("");
  return (
    <>
      <button onClick={() => setShown(!shown)}>Switch</button>
      <output>{status}</output>
      {shown && <RfbView src={src} className="figure" latency onStatus={({ status }) => setStatus(status)} />}
    </>
  );
}

createRoot(document.getElementById("app") as HTMLElement).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
