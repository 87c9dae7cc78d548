/** What is used of upng-js: pictures of few colours, so small files. */
declare module "upng-js" {
  interface Picture {
    width: number;
    height: number;
  }
  export function decode(png: ArrayBuffer): Picture;
  export function toRGBA8(picture: Picture): ArrayBuffer[];
  export function encode(frames: ArrayBuffer[], width: number, height: number, colours: number): ArrayBuffer;
}
