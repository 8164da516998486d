/** Of two copies of one event, which one says more? */

/**
 * Files of one history may hold copies of which one lacks something: columns that a query left out, say. Which of them comes
 * first is chance, and so are copies of the same length: the order of their letters decides, so that no order of files does.
 */
export function isFuller(body: string, than: string): boolean {
  return body.length > than.length || (body.length === than.length && body < than);
}
