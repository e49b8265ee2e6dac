/** Names a content (a picture, the audio of a track) by its hash: 64 to 256 bits in hexadecimal. */
export const CONTENT_ID = /^[0-9a-f]{16,64}$/;
