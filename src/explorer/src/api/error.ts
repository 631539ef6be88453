/** The errors of requests. */

/** What went wrong, in the words of the server. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly hint: string | null = null,
    readonly code: string | null = null,
    readonly requestId: string | null = null,
    /** Seconds after which the server asks to try again. */
    readonly retryAfter: number | null = null,
  ) {
    super(message);
    this.name = "ApiError";
  }
}
