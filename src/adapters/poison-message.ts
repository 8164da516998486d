/** Is it of any use to deliver a message again? Not where this is thrown. */

/** No other delivery of the message can succeed: it is put aside at once, with the reason. */
export class PoisonMessage extends Error {
  override readonly name = 'PoisonMessage';
}
