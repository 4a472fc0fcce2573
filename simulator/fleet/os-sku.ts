/** The operating systems that node pools may have here. */
export const OS_SKUS = ["Ubuntu", "AzureLinux", "Windows2022"] as const;

export type OsSku = (typeof OS_SKUS)[number];

/** What Azure calls the type of an operating system. */
export function osTypeOf(osSKU: OsSku): "Linux" | "Windows" {
  return osSKU.startsWith("Windows") ? "Windows" : "Linux";
}
