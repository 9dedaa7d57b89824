/** Written by scripts/make_samples.py: a H.264 keyframe in each chroma format, and the colours it shows. */

export const SAMPLE_WIDTH = 128;
export const SAMPLE_HEIGHT = 96;

/** A pixel of the sample and its sRGB colour. */
export interface Probe {
  readonly x: number;
  readonly y: number;
  readonly rgb: readonly number[];
}

/** Centres of large blocks: right in every chroma format. */
export const BLOCKS: readonly Probe[] = [{x: 16, y: 16, rgb: [255, 0, 0]}, {x: 48, y: 16, rgb: [0, 255, 0]}, {x: 80, y: 16, rgb: [0, 0, 255]}, {x: 112, y: 16, rgb: [255, 255, 0]}, {x: 16, y: 48, rgb: [255, 0, 255]}, {x: 48, y: 48, rgb: [0, 255, 255]}, {x: 80, y: 48, rgb: [200, 80, 20]}, {x: 112, y: 48, rgb: [60, 60, 60]}];

/** Neighbouring one-pixel columns: right only where chroma has the full resolution. */
export const STRIPES: readonly Probe[] = [{x: 32, y: 80, rgb: [255, 0, 0]}, {x: 33, y: 80, rgb: [0, 0, 255]}];

/** BT.709, full range, sRGB transfer; Annex B, base64. */
export const SAMPLES = {
  "444": {
    codec: "avc1.F4001F",
    data: "AAAAAWf0AB+RiYRCDabgIaAoAAADAAgAAAMB5HjBkIwAAAABaOhDAWxEhEAAAAABZYiCHX/+97t/ApuQ2a/gU0PO38Cm5eqWyX/9H8rO839OUsV5EH/q5f0h/7DmO0TTVrjkZsxt3DGt+m1O4iydTm6ABPoX0f0NHb/eC/5YvYF3/2PJbf9nfgIEtr4xt7vY/C18GkwtALb6zfNs0mwThzHI7czbh+KLrWqhjRgvbVwGeWlzSzzDRf0y+5tpe6FsH3oJ+Ag+heZjb4+FKWHwYEm0bEkRg4TFz2qWIna5h8/vQUZ3oUp18E+3x8TmwGLkVze2jYmi/8SKXm77Vu/FqcfC95/egot4TnpXlZ2+PiVjUm6Uy0bEyyrtRdLatbm7SujwiEdy+pSxkK907S7CMMbIxoshwpTydZg/hDoUD/caE8YCRYXw7VxZUWbI4qx3Hq27/LpOPfdsbmFA8gdQLzWFuJgT2eyN/ng5iYy3dbJSI18JTZuuP1xP1pTqV0mig2vhyoBkaQbOIq+d0o2pfddm5qHa79C8dr/g5oaYPiyZUVL86jK6njZ4p6Q/qGzaggsu9VUwOVjWs0DhNxPFUND8Tk8XWY31Vje0fWc+QyFHtzT5EdVnX8gv/4JkUS9i5FT+9a0nRmgyjndkaGVpMg0VJxAkJseiSpDuv/ywVd2ASA3EVusAtqZ4FMCXL2nOKa2ovPzVUSnl94ZMcNG56bliwqikgqVBsnYf0PEkSfzEZ6t55c6U84WdSm0LqUW6c5mvZsLPC+4deNPyd7zl+vRpj+lbNMxEZRuPBOk7y8ne+1PdxZYsNonE3/HxN2wc51MWwMtZ1U7ewrJxHiblLZukulgkX4uROEE+Cp32rm7OHL9e7fQmAbJwzZmPW5WPkMvKIsMH+gCkdVr5gQIox/BBVFu3VUJig6kAxQbPqbGUPns+2xjtuUaJuVAmqJIOQ/NnwOxL/aXXRWrXP5bFRG1g5C0cCDyqMjZ9stCj3nEv3WqoRWmd/LY/OcaQkYqKDb2fbYx23lUQm8EeWIzIKv0brVqIxFXA6z0ZJBv5JH0=",
  },
  "420": {
    codec: "avc1.64001F",
    data: "AAAAAWdkAB+sTCIQbTcBDQFAAAADAEAAAA8jxgyEYAAAAAFo6EMBbLIsAAAAAWWIgh1//u5U/gU3IbRdLUIQXFri3Xi7Qyl1xCBuNyynT2gyjwbjHaJnS60HH6m0HTi/FO4iwXbaRDPWSPezyT2diYSym2odqRu+/oMUjk2hhpWvfbZ0x/+eEVOSoFglvUOjrtDCYuFAlw3pKM9GNCugnYjnoAw41ptpe9C8v/sLVDE5X7eQPnu7OCvsc43cjvPRKA0e2ffpYidrmEhL4seU6uBHfdIkVPvr7bnTtLsIwxsjGiyHClPJ1mD+ELapoWmzdcfrifrSnUrpNFBtfDlQDI0g2cRV87irtQyMWB/suOes58hkKPbmnyI6rOv5Bf/wS+zrI+QV86eaq8NZ3EP6kNg3RK+HbMN9DY39Bw6meWiqMm78Ov4bft29JzkiuMabCNGgav+E+Jj0quA4m/AzdqMb0MAjx6PHD26zy2gw8iPog+uoseKl",
  },
} as const;
