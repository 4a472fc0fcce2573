import type { SignalKind } from "../../domain/run-control.ts";
import type { AskWords } from "../ask/ask-dialog.tsx";

/** How a signal is offered and asked about. */
export interface SignalWords extends AskWords {
  /** Its button. */
  readonly offer: string;
  /** What somebody did who gave it. */
  readonly done: string;
}

/** Each signal in the words of the page. */
export const SIGNAL_WORDS: Readonly<Record<SignalKind, SignalWords>> = {
  approve: {
    offer: "Approve…",
    done: "approved",
    title: "Approve it?",
    text: "The run does what it has asked for, and goes on.",
    confirm: "Approve",
    leave: "Not yet",
  },
  decline: {
    offer: "Decline…",
    done: "declined",
    title: "Decline it?",
    text: "What the run has asked for is left out. The rest of the run goes on.",
    confirm: "Decline",
    leave: "Not yet",
    isGrave: true,
  },
  retry: {
    offer: "Try again…",
    done: "had it tried again",
    title: "Try again?",
    text: "The clusters that failed are tried again, to the same version and image. Mend first what stopped them.",
    confirm: "Try again",
    leave: "Not yet",
  },
  skip: {
    offer: "Go on without them…",
    done: "went on without what failed",
    title: "Go on without what failed?",
    text: "The next ring begins. The clusters that failed stay as they are, and the run has not passed.",
    confirm: "Go on",
    leave: "Not yet",
    isGrave: true,
  },
  pause: {
    offer: "Pause…",
    done: "paused the run",
    title: "Pause this run?",
    text: "What is under way ends; no other node, pool or cluster is begun, and nothing is left cordoned meanwhile.",
    confirm: "Pause the run",
    leave: "Let it go on",
  },
  resume: {
    offer: "Resume…",
    done: "resumed the run",
    title: "Resume this run?",
    text: "It goes on where it was, within the windows of its rings.",
    confirm: "Resume the run",
    leave: "Leave it paused",
  },
  cancel: {
    offer: "Cancel run…",
    done: "cancelled the run",
    title: "Cancel this run?",
    text: "Drains end, what is half done is undone, and clusters that have not begun are left alone. What is done stays done. A cancelled run cannot be taken up again.",
    confirm: "Cancel the run",
    leave: "Let it go on",
    isGrave: true,
  },
};
