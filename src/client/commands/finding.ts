// One finding of `check`, as it is printed.

export type Mark = "ok" | "note" | "FAIL";

/** Prints one finding; a FAIL says which exit status it stands for. */
export type Tell = (mark: Mark, sentence: string, status?: number) => void;
