/**
 * Loaded before anything else. libuv reads this at its first job: one thread besides the main one does for names and the few
 * files that are read in the background.
 */
process.env['UV_THREADPOOL_SIZE'] ??= '1';
