/**
 * Milliseconds of the processors' time that this process has had. What is to be tried for so long is then tried as often beside others
 * as on a machine of its own.
 */
export function spentMillis(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
