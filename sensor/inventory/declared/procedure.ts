/** `/prefix/package.Service/Method`, as remote calls have it; gateways put the prefix before. */
const PROCEDURE = /\/([A-Za-z_][\w.]*)\/[A-Za-z_]\w*$/;

/** `package.Service`; undefined where the template is no procedure's. */
export function rpcServiceOf(template: string): string | undefined {
  return PROCEDURE.exec(template)?.[1];
}
