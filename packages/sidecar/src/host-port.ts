/** `host:port`, or `[host]:port` for an address of IPv6: what others read as an address. */
export function hostPort({ host, port }: { readonly host: string; readonly port: number }): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
