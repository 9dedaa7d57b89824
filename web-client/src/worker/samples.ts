/** Written by scripts/make_samples.py: a keyframe of each kind of video, and the colours it shows. */

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

/** The pixel of the lossless sample in RGB. */
export function exactColor(x: number, y: number): readonly [number, number, number] {
  const column = x >> 2;
  const row = y >> 2;
  return [8 * column, 255 - 8 * row, 4 * (row + column)];
}

/** BT.709 primaries and matrix, or RGB and lossless; full range, sRGB transfer; base64. Best first. */
export const SAMPLES = [
  {
    format: "h264",
    chroma: "rgb",
    codec: "avc1.F4001F",
    data: "AAAAAWf0AB+RyYRCDabgIaAIAAADAAgAAAMB5HjBkIwAAAABaOhDAa8sAAAAAWWIglfYX2pQnc+q9XO+znap1h/4H2eEhoZDjDRJ4bBBCYZw2gxOzB4rXeY/o9trwsHh9OlhxJTwg8IBFc/iDlMuoOGvXCV32YA3r93+vX772u+zPQIGUMgAllRn5pHjORcPkWp/8KElDqVYJNkcVONIIiQXN27/BUC/f5pMnwBvSO2Gq+it43f2+fttPyjoY5qqQ/PM5oJR1QZVCEuATEdILNHukRqGIjzkiOlTcy0jPzSPGci4fItT/4UJKHUqwSbI4qcaQREgubt3+CoF+/zHyzlH9H/tw2LOU/kWCRo//LtGXd+woHiGePddZpIkAzLWvtfiTejsqybFHO3eA8UKaOMmWh2hAouTIQYSHFDfQnewOMI8KR5+ZtBIOYy5aXYGmj+QHVJcXbBJFbX1PXEKbz0lTZ2KVljS6vQOHC48YSVjjbK0/WFkNceeptuqmwwWrmSNeeo7JiRNUtG28m4HFMNNwddHyf9pzxNoqyOnEmFGht6wd1IHu+ar7FwfgMfgP9cn5Ra2z1teCXZGljXWogKrAm8h+XtvyOp3Td+zP7NfbEHbBaJyajAphg1RAi5RblBP2jI+IBfcxavuf0R2C2uYUjTg/m+ACRGXDEmpeLXkTES9GYjX3JbEqszSZulzsSMAmES4GUqZ0JpqrPmvc3av0Muf3hv6uf/Of/2gDFhojgQi2rHAuFtd0CwcFQW4bQMRwXDr/MDFXHtVzM3e7u6BbC7C9haacmeYTsJTXWHJqiYNilMuxDNfW10vbdXK6X2vxmbM2Y8OgXDg6HCQOEscJI4Sxwk9BLHCZ0FToLnQZOgwNBb6DD0vTRBjZaMREREREQLZtFlSbk2ZjhM2yAmfZETVsf2f2f2f2f1bVCYoiZZmzNmbM2ZsCjhgaC30F3oMLQZWgyrFYFwwcN6xYDhqWLIcNSxZDhqWm2idYf4xERERERA/s/s/s/s/s/s/s/s/s/s/s/s/s/s/s/q4qA6hnNmbM2ZszZmwV0GpYshw1LFkOGpYshw1LFkOGpYshw1LFkOGpYshw1LTUwG4PjcIiIiIiECY/s/s/s/s/s/s/s/s/s/s/s/s/s/s/qwV108ubM2ZszZmzNgroNSxZDhqWLIcNSxZDhqWLIcNSxZDhqWLIcNSxZDhqWHPkXlaQAUNQD9mLvXHRQH7R+u8cnrvHWgH7gVd5BSu8g3XeQzrvJD3rlNV3k5IAKNIAKZIAWOqY7BiBRvcvEmNpIfjWY373MliBvJjqIghXc3SY8HucsIKZMfrEpT0Q2ACtFEdmZmZmZki2f2f2f2f2f2f2f2f2f2f2f2f2f2f2f1YTqZv1/sPYew9h7Dv0LiQ4Shw1LFkOGpYshw1LE6FxIcKHQaliyHDUsWQ4allr4KYhG4REREREIEx/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Vhv3Rxth7D2HsPYewFLFkOGpYshw1LFkOGpYshw1LFkOGpYshw1LFkOGpYshyvgbyvGIiIiIiIH9n9n9n9n9n9n9n9n9n9n9n9n9n9n9n9WIfi6G2HsPYew9h7AUsWQ4aliyHDUsWQ4aliyHDUsWQ4aliyHDUsWQ4aliyHKuDlaI7MzMzMzJFs/s/s/s/s/s/s/s/s/s/s/s/s/s/s/qxxixxth7D2HsPYewFLFkOGpYshw1LFkOGpYshw1LFkOGpYshw1LFkOGpYshyqQUgRuERERERCBMf2f2f2f2f2f2f2f2f2f2f2f2f2f2f1YSQ4uv9h7D2HsPYeJDhqWLIcNSxZDhqWLIcNSxZDhqWLIcNSxZDhqWLIcNSyrgaoRuERERERCBMf2f2f2f2f2f2f2f2f2f2f2f2f2f2f1YZixxth7D2HsPYewFLFkOGpYshw1LFkOGpYshw1LFkOGpYshw1LFkOGpYshwHw3LRiIiIiIiB/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/ViPnF1/sPYew9h7DxIcNSxZDhqWLIcNSxZDhqWLIcNSxZDhqWLIcNSxZDhqWZ/VvJABViu8tgB/JW9c51d5kt652a7zUIALr3roQAf1PXediu86dd5267z013ntrvKz3PvEBBMhmINPuiGZHHdFQg+5kgxBJ7px3TXuovdQ+6jd8HHWBRhG4REREREIEx/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/VjjF0NsPYew9h7D1/boNSxShcSHDUsWQ4aliyHC90GpYpwuJDhqWLIcNSxZDgZFoEbhEREREQgTH9n9n9n9n9n9n9n9n9n9n9n9n9n9n9WPIXQ2w9h7D2HsPYCliyHDUsWQ4aliyHDUsWQ4aliyHDUsWQ4aliyHDUsWQ4KB5XjERERERED+z+z+z+z+z+z+z+z+z+z+z+z+z+z+z+rLfoXX+w9h7D2HsPEhw1LFkOGpYshw1LFkOGpYshw1LFkOGpYshw1LFkOGpYfiJXjERERERED+z+z+z+z+z+z+z+z+z+z+z+z+z+z+z+rNBY42w9h7D2HsPYCliyHDUsWQ4aliyHDUsWQ4aliyHDUsWQ4aliyHDUsWQ4MUivGIiIiIiIH9n9n9n9n9n9n9n9n9n9n9n9n9n9n9n9WkBxdf7D2HsPYew8SHDUsWQ4aliyHDUsWQ4aliyHDUsWQ4aliyHDUsWQ4aliAUIRuERERERCBMf2f2f2f2f2f2f2f2f2f2f2f2f2f2f1bB6F1/sPYew9h7DxIcNSxZDhqWLIcNSxZDhqWLIcNSxZDhqWLIcNSxZDhqWI7UhG4REREREIEx/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/VuMXQ2w9h7D2HsPYCliyHDUsWQ4aliyHDUsWQ4aliyHDUsWQ4aliyHDUsWQ6M3QbvXThABnFd6IAH+N3rqkgA0Wu9DQD/Lr11krvRzeutld6V7116rvSveuu1d6GRBhmT+IUXdXohCiFv3WGZUO64TKz3WuZUu66TK33XcR2QA/LRiIiIiIiB/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/VxgXQ2w9h7D2HsPYBOg1LFaFxIcNSxZDhqWLIcLvQalivC4kOGpYshw1LFkN6D6vGIiIiIiIH9n9n9n9n9n9n9n9n9n9n9n9n9n9n9n9XLji6/2HsPYew9h4kOGpYshw1LFkOGpYshw1LFkOGpYshw1LFkOGpYshw1LBB7WjERERERED+z+z+z+z+z+z+z+z+z+z+z+z+z+z+z+rw2hdf7D2HsPYew8SHDUsWQ4aliyHDUsWQ4aliyHDUsWQ4aliyHDUsWQ4alghNUR2ZmZmZmSLZ/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/V74uhth7D2HsPYewFLFkOGpYshw1LFkOGpYshw1LFkOGpYshw1LFkOGpYshvRArxiIiIiIiB/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/WAAuhth7D2HsPYewFLFkOGpYshw1LFkOGpYshw1LFkOGpYshw1LFkOGpYshvReBG4REREREIEx/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/WDpxdf7D2HsPYew8SHDUsWQ4aliyHDUsWQ4aliyHDUsWQ4aliyHDUsWQ4algiDXjERERERED+z+z+z+z+z+z+z+z+z+z+z+z+z+z+z+sU9C6/2HsPYew9h4kOGpYshw1LFkOGpYshw1LFkOGpYshw1LFkOGpYshw1LT7Yh5bXfH+f6s1LQkx3PZ9FIuRefCd6oTSMqx9svBgwKd/+MpP1OdrRQfLJxAtpzsAzzYodPo32xJBt4FAqY+hY8wsivGIiIiIiJcsf7S6/eA9eJOPmajRrrZ+455z3U2lxpRWcUaVw6quGC9w3pwVbFq1bxKWyORyejvJTWEpRHZmZmZmapTkZ3nEX1Z5lkfVqtbUa3MreGt+kezXDtYiXHi5RLnqx/0Lr/Yew9h7D2HhoXEhwvtBqWLIcNSxZDhqWK0LiQ4YGg1LFkOGpYshw1LBHdaMREREREP1BI4SRklJJSSX621dvXvTD6+ZKtMWr6EsyWusrLHG2HsPYew9h7AUsWQ4aliyHDUsWQ4aliyHDUsWQ4aliyHDUsWQ4aliyG9KEI3CIiIiIgq7AewRYIYSMCmEjAlguwpYYsKTS7B7CNhuucxdDbD2HsPYew9gKWLIcNSxZDhqWLIcNSxZDhqWLIcNSxZDhqWLIcNSxZDemtaMREREREQGJqiZFjCa/ZDNfYpm0WVJtTZGNkx7HiaNdIC6G2HsPYew9h7AUsWQ4aliyHDUsWQ4aliyHDUsWQ4aliyHDUsWQ4aliyG9OS0YiIiIiIgiJq2P7P7P7P7P7P7P7P7P7P7P7P7P7P60+cXX+w9h7D2HsPEhw1LFkOGpYshw1LFkOGpYshw1LFkOGpYshw1LFkOGpYJmhG4REREREIEx/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/Z/WvDi6/2HsPYew9h4kOGpYshw1LFkOGpYshw1LFkOGpYshw1LFkOGpYshw1LBQa8YiIiIiIgf2f2f2f2f2f2f2f2f2f2f2f2f2f2f2f1uHQuv9h7D2HsPYeJDhqWLIcNSxZDhqWLIcNSxZDhqWLIcNSxZDhqWLIcNSyLbpinr5EFcpi5rmbn7//ahwNwHrMZm3Kh1TWjSTzJaJvzNPdq9a+7pZj/hiie2+O92u9mui1EdmZmZmZqud/mOqjkncy94nIacj23nIqCHIU+7u53cmU8bCvuqhRpHoz47h68YOEcxSyUb8KimgjcIiIiIiSd+4j5xF9WeZZH1arW1GtzK3hrfpHs1w7WIlx4uUS56uBaF1/sPYew9h7DxAcNSxWBcSHDUsWQ4aliyHC70GpYrBw1LFkOGpYshw1LBTIRuERERERA2y6IkjJKSSkkv1tq7evemH18yVaYtX0JZktdcC0Lr/Yew9h7D2HiQ4aliyHDUsWQ4aliyHDUsWQ4aliyHDUsWQ4aliyHDUsFQBG4REREREFXYD2CLBDCRgUwkYEsF2FLDFhSaXYPYRsN16JY42w9h7D2HsPYCliyHDUsWQ4aliyHDUsWQ4aliyHDUsWQ4aliyHDUsWQ3rktGIiIiIiIDE1RMixhNfshmvsUzaLKk2psjGyY9jxNGvai6G2HsPYew9h7AUsWQ4aliyHDUsWQ4aliyHDUsWQ4aliyHDUsWQ4aliyG9iKI7MzMzMzI9s/s/s/s/s/s/s/s/s/s/s/s/s/s/s/ruBdDbD2HsPYew9gKWLIcNSxZDhqWLIcNSxZDhqWLIcNSxZDhqWLIcNSxZDe0VEdmZmZmZki2f2f2f2f2f2f2f2f2f2f2f2f2f2f2f17Quhth7D2HsPYewFLFkOGpYshw1LFkOGpYshw1LFkOGpYshw1LFkOGpYshvcAI3CIiIiIhAmP7P7P7P7P7P7P7P7P7P7P7P7P7P7P69gXQ2w9h7D2HsPYCliyHDUsWQ4aliyHDUsWQ4aliyHDUsWQ4aliyHDUsWQ7HgQ==",
  },
  {
    format: "h264",
    chroma: "444",
    codec: "avc1.F4001F",
    data: "AAAAAWf0AB+RiYRCDabgIaAoAAADAAgAAAMB5HjBkIwAAAABaOhDAWxEhEAAAAABZYiCHX/+97t/ApuQ2a/gU0PO38Cm5eqWyX/9H8rO839OUsV5EH/q5f0h/7DmO0TTVrjkZsxt3DGt+m1O4iydTm6ABPoX0f0NHb/eC/5YvYF3/2PJbf9nfgIEtr4xt7vY/C18GkwtALb6zfNs0mwThzHI7czbh+KLrWqhjRgvbVwGeWlzSzzDRf0y+5tpe6FsH3oJ+Ag+heZjb4+FKWHwYEm0bEkRg4TFz2qWIna5h8/vQUZ3oUp18E+3x8TmwGLkVze2jYmi/8SKXm77Vu/FqcfC95/egot4TnpXlZ2+PiVjUm6Uy0bEyyrtRdLatbm7SujwiEdy+pSxkK907S7CMMbIxoshwpTydZg/hDoUD/caE8YCRYXw7VxZUWbI4qx3Hq27/LpOPfdsbmFA8gdQLzWFuJgT2eyN/ng5iYy3dbJSI18JTZuuP1xP1pTqV0mig2vhyoBkaQbOIq+d0o2pfddm5qHa79C8dr/g5oaYPiyZUVL86jK6njZ4p6Q/qGzaggsu9VUwOVjWs0DhNxPFUND8Tk8XWY31Vje0fWc+QyFHtzT5EdVnX8gv/4JkUS9i5FT+9a0nRmgyjndkaGVpMg0VJxAkJseiSpDuv/ywVd2ASA3EVusAtqZ4FMCXL2nOKa2ovPzVUSnl94ZMcNG56bliwqikgqVBsnYf0PEkSfzEZ6t55c6U84WdSm0LqUW6c5mvZsLPC+4deNPyd7zl+vRpj+lbNMxEZRuPBOk7y8ne+1PdxZYsNonE3/HxN2wc51MWwMtZ1U7ewrJxHiblLZukulgkX4uROEE+Cp32rm7OHL9e7fQmAbJwzZmPW5WPkMvKIsMH+gCkdVr5gQIox/BBVFu3VUJig6kAxQbPqbGUPns+2xjtuUaJuVAmqJIOQ/NnwOxL/aXXRWrXP5bFRG1g5C0cCDyqMjZ9stCj3nEv3WqoRWmd/LY/OcaQkYqKDb2fbYx23lUQm8EeWIzIKv0brVqIxFXA6z0ZJBv5JH0=",
  },
  {
    format: "h264",
    chroma: "420",
    codec: "avc1.64001F",
    data: "AAAAAWdkAB+sTCIQbTcBDQFAAAADAEAAAA8jxgyEYAAAAAFo6EMBbLIsAAAAAWWIgh1//u5U/gU3IbRdLUIQXFri3Xi7Qyl1xCBuNyynT2gyjwbjHaJnS60HH6m0HTi/FO4iwXbaRDPWSPezyT2diYSym2odqRu+/oMUjk2hhpWvfbZ0x/+eEVOSoFglvUOjrtDCYuFAlw3pKM9GNCugnYjnoAw41ptpe9C8v/sLVDE5X7eQPnu7OCvsc43cjvPRKA0e2ffpYidrmEhL4seU6uBHfdIkVPvr7bnTtLsIwxsjGiyHClPJ1mD+ELapoWmzdcfrifrSnUrpNFBtfDlQDI0g2cRV87irtQyMWB/suOes58hkKPbmnyI6rOv5Bf/wS+zrI+QV86eaq8NZ3EP6kNg3RK+HbMN9DY39Bw6meWiqMm78Ov4bft29JzkiuMabCNGgav+E+Jj0quA4m/AzdqMb0MAjx6PHD26zy2gw8iPog+uoseKl",
  },
  {
    format: "vp9",
    chroma: "444",
    codec: "vp09.01.10.08.03.01.13.01.01",
    data: "okmDQlAA/gC+wAcEg4MAQABaZ37j6PGO67/aHZiwKG9R5peOLG/800ene9/nOzTV3161m6mrvr1rprvpHQQAWa3///3mCi///5/LXH/////Xu2j////b7uf////+///0Vj////v//2oscp//49gAP///9///orAT///z5W/6fAqX//vx5M///9/+8kQ///gOQ//v/rPe////3///SHn///+///0eD////v3DK3//+///6Q8////Plb///9lIz///e25n//6sk37F+v//7BBia7P///an3p7y71///687///8vO/ZvIP////8BQ3//5ed+zeQf////4CUr///7GlvbWcr////7jS///2NLe2s5X////3GNFWCOzVXyGAvbMbjOZGkppI9krb5DQi4VA4+otvVHYJ1I9tswCIoXCAIX8tPjsY4FKhR/y8UGiLvOT+HevMIZtUwJC5WvnURBYvMtlXhFqEh+v66K4IRGsXk3BcjW1+v/8bNVlXgrJtIh5k2Bq7WIjbZLuV2X3/H7BYLpOnrQhYjX8IoYYn1A////l71vpJiG////ESZBf///8qYkT////1YaEv////4XNBG////+xp4Cl////+p6ICs/////fR7//9+5XyhpO////c14uf///8DKl9////lt4I3////tisDv////6IygTH////yvJA4/////r9+q1f/42arKvBWTaRDzJsDV2sRG2yXcrsvv+P2CwXSdPWhCxGv4RQwxPqB////L3rfSTEN///+IkyC////5UxIn////qw0Jf////wuaCN////9jTwFL////9T0QFZ////++j3//79yvlDSd///+5rxc////4GVL7////LbwRv////bFYHf////0RlAmP////leSBx/////X79VGbkb5zVxoWYC9sxtAtE3JLVI77/MDvIOqTh3xeTcFi4I7NVfIYC9sxtAtE3JLVI77/MDvIOqTh3xeTcHEt0Anpkdy9CtfOoh89F+L+yd43t8IxC942nhii29UbUbgMQg2StfOoh89F+L+yd43t8IxC942nhii29UZH9Dc5rygMMy59g0gW67kZC71b+R98I4Ww+QO/Qx3715kaJJ+gDZK186iICA5TF5ONm5/kXnHbYtLuIhgHCK2EyS+6Aq3Y+waQLddyMhd6t/I++EcLYfIHfoY7968yNEk/QBsla+dREBAcpi8nGzc/yLzjtsWl3EQwDhFa+yIAA=",
  },
  {
    format: "vp9",
    chroma: "420",
    codec: "vp09.00.10.08.01.01.13.01.01",
    data: "gkmDQlAH8AX2ADgkHBgCAAKwb1H6i967XfX3X5+4sGd1kNHOP3uPo8Y7rv9odmLAob1Hml44sb/zQBczAFmt///95gov//+fy1x/////7f8j////25of/////n/78E////+//8SChyn//j2AA////+f/vwQV///4izfsSPC3//vx5M///9/+8kQ////+f/0h5////8//f3X///+Is3///+iKAyf/nl8//v/rPe////+f+xhP///OjRH///puA///6DMP2Lz2e+j7Y23ine4hBHZWFXDgb7CDkR0fvVBYHoBfdAVbsfYNIFt4Um1TAkLla+dRD0QwVq1TmjYQsVTUUbvvqUp+Lw/VNRRu82Ggog/9HSmAvbMbcCiD/0dKYC9sxsf8eHdpqYJ2Ij7nZebn2jPVvA8rXzqIeiQmkgolQrLkR0fvVnuRFNScx0LhAELl+Mx1wjrQAASfR9cngCYY/GpXkBoHDdDqZ7FPClE83Bdfemj8aleQGgbta2IA",
  },
  {
    format: "av1",
    chroma: "420",
    codec: "av01.0.00M.08.0.110.01.13.01.1",
    data: "EgAKDQAAAAM3++dXzICGgMIy9AEUAKAIELRKGiaDRnRVPNJ/KYp0jpURMG+iOTwkO/4DEl50/M8xREjPX7q+Bn2abJGCbdE+ZYrQNiP5f7V06IhcDIasiHEXUqo+l9mBBeikZvAn5TA5KS5XXxsZ+wnpOohh8JYAziIOmqElHrykju1fz79F3DP1jZ840B5gLjQ9Zm1ZDWJDq8KyVhiuNoGtayQA7CcOsqWDe5Yjn6W1yy7YpJbyl40wTPC356pV2avk7SUMS39iIC6JohpJKh83FI5yzVGsh1PI7zvBv7lFFseLSSSrKqTFFm3L4a4PzUTlIdG/3nAONe6yZMH6WwjL8l6FyQCA",
  },
  {
    format: "hevc",
    chroma: "444",
    codec: "hev1.4.10.L30.9E.8",
    data: "AAAAAUABDAH//wQIAAADAJ4IAAADAAAemoCQAAAAAUIBAQQIAAADAJ4IAAADAAAekAIEDCyzVJI21zcBDQEEAAADAAQAAAMAeCAAAAABRAHBcDBjESAAAAEoAa8GeGEqZv/ERf//+7P/yH9Pah0cv+vem//9eOP//1rnNnwP5PkvH8pPT/6TBJpN66XAn7WhD/z+/UQj/UPXr/6TwUf+9iVi9H+bp7ff7ONKH5cPYH/63PJ/trBI/c4gHM/5yqLvxCgr9nqqWZ0g/nuH3V0LkgeLWahmtDuIUuOvtN9W0gKBhUPffsvAW8Qixs4eb3dgnqz1n/HYhGMHpf8Hvfq0biy0H40D7AbTTP4VHt4UPAPThuZlua83vkfpe9myr/VR84nmAZT54fOo/MItBiPfJWZ7Exy92LI4q+sPLQ+GnOO622AdK4eu/OT9KUQ8q0RJ2A90R6YnSt/YsT5kzwJu5xZ49ycplF4aN7vCEpfUGTFMrxl70PZm4y8Qf3Gvz1LNKpmQ4K83LK8YV45V5aJosXZVWee4FB7+wgeVc8fNu9rNEGWbvwO3qYcA0Xz/o3feg6nEqTL3H3OlwOW69C+T+wpc88Ff+OX173nQs27WPhTHAbVbbgUxKIW5b8P9PDOP6Tx4X6jLRYZUMvzd05zyXhJG7sjZm/Zaph1ujx/mwOk7x/3/6GofXwJYqwfW0mcgzmKDM3UibEeIhR3xkh5idZuYT4bY4l7gR8v7SPeXpk4xNskaRaDCpdzH2iropJC/Qp+6xnjBxUcWQXn5lG1I35bfFPadtUKn4Tn0v8rzjdsMElzWWTK8BZ/DlTJwJ8g+X12vdhYq7z86inL3iAUp1YtfBo63N3bfnYLTJcvnP4pSuQoW6B4zLXHWgkjLvZg+W9rfk5CSNMzIqKwDfMhzAwuN4NtkhbkzY/gkrLVDUqTjtNi+MIrf1ExjMuB+Q3mNere5Zwhw6KqdaiLMq9jKf3z8Mv1/DDoSX5So5QVemPuFHE1hh56JGoe2jCQSife9GsDxUru+6/GjirRjgr6k3IO2L1/lyS1KvgHsziSGZHt8OUVrdBbcPlnoFVI1TFDeKwXro8y6NMz75ZD2V/HxP9QqwSpQkrulbSbDhhLIaRu5YOZRfNUhgdQUnAHbPuH22XpuNNu3dKgv+Qg0GLeqQ672/UT7X50GkcPJnqbx5rs3WUFkxXb1qZkVU1mGFlPrZf2ke8rRb5ESWti9ckDgdt5rN95YS27waQtz3qYYHFa1GEglGtr36yPGnzgb3N5LlMkxrTPe+f8WrqGmEd1fLtPyNPj+hVOBLHjHBX1JdNHg+TpdrnYz7j7s1+G6sEWzEJOV11uw/F5Lv4l72E4MMPVdfltCkd3j20cP1r6lM11+5hmqbJGkmfQQrk8vKtGtZz4dILEyZl7Sk43z3UAm/6I+Cno3JNq6tQn0J5pLSdKDoLa+2YsLSvD0370nxikKQ9oXUzuYgA==",
  },
  {
    format: "hevc",
    chroma: "420",
    codec: "hev1.1.6.L30.90",
    data: "AAAAAUABDAH//wFgAAADAJAAAAMAAAMAHpqAkAAAAAFCAQEBYAAAAwCQAAADAAADAB6gECBhZZqkkba5uAhoCCAAAAMAIAAAAwPBAAAAAUQBwXGxEgAAASgBrwZ4YSpm/8RF///7s//If09qHRy/696b//144///Wuc2fA/k+S8fyk9P/pMEmk3rpcCftaEP/P79RCP9Q9ev/pPBR/72JWL0f5unt9/s40oflw9gf/rc8n+2sEj9ziAcz/nKou/EKCv2eqpZnSD+e4fdXQuSB4tZqGa0O4hS46+031bSAoGFQ99+y8BbxCLGzh5vd2CerPWf8dZR/oh+V+NeDGI/em31uG8T35dql0/wtNbXClSySHn//IeueIcqwPVholRmjMbVh7E9f/jq2+pS/wY+WRHaFZXxL/TnNKyYkiSqyNTNRhsunkdA1/amH2o3Czry6Gcf5tmnk0dZ+p2PhGzLqAy+GR9SjmZjrqFf9Mnfi2SVbCoOcgWnqbhtZHMPsP8=",
  },
] as const;
