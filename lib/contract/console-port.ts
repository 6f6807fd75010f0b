/** What `stackward console` asks of Nova. */
export interface ConsoleReader {
  /**
   * Address of the server's noVNC page. Nova makes a token for it: whoever has the address has the console, until the
   * token ends (10 minutes by default).
   */
  url(serverId: string): Promise<string>;
}
