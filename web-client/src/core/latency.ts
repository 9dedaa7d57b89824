/** How long what a person does takes to show. */

export type LatencyGrade = "good" | "fair" | "poor";

/** Up to here a reaction feels instantaneous (J. Nielsen, Usability Engineering, 1993, chapter 5). */
const GOOD_MS = 100;
/** Up to here a drag can still be steered by what is seen; beyond, people move, wait and correct. A judgement. */
const FAIR_MS = 300;

export function gradeOf(latencyMs: number): LatencyGrade {
  if (latencyMs <= GOOD_MS) return "good";
  return latencyMs <= FAIR_MS ? "fair" : "poor";
}
