/** An environment that keeps a capture process so long from its beginning, as a busy host does. */
export function slowCapture(millis: number): NodeJS.ProcessEnv {
  const wait = `Atomics.wait(new(Int32Array)(new(SharedArrayBuffer)(4)),0,0,${millis})`;
  return {
    NODE_OPTIONS: `--import data:text/javascript,if(process.argv[1].endsWith('capture-process.js'))${wait}`,
  };
}
