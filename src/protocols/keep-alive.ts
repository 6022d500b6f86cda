/** What keeps a stream's connection while nothing is said. */

/** Every reader of events meets blank lines between events. A comment (`: ping`) is taken for text by clients that read line by line. */
export const blankLines = '\n\n'
