/** The questions of `stackward console` to Nova. */
export interface ConsoleReader {
  /**
   * The address of the server's noVNC page. Nova makes a token for it. Whoever has the address can use the console
   * until the token expires (after 10 minutes by default).
   */
  url(serverId: string): Promise<string>;
}
