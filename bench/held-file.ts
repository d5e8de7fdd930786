/** The variable that names the file in which a watched run leaves the bytes it held. */
export const HELD_FILE = 'BENCH_HELD_FILE';
