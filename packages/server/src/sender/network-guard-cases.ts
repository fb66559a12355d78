/** What the network guard has to refuse and to let through, for its tests: the edges of every range and the spellings of addresses. */

const list = (text: string): string[] => text.trim().split(/\s+/)

export const FORBIDDEN_ADDRESSES = list(`
  0.0.0.0 0.0.0.1 0.255.255.255
  10.0.0.0 10.1.2.3 10.255.255.255
  100.64.0.0 100.100.100.200 100.127.255.255
  127.0.0.0 127.0.0.1 127.255.255.255
  169.254.0.0 169.254.169.254 169.254.255.255
  172.16.0.0 172.20.10.5 172.31.255.255
  192.0.0.0 192.0.0.192 192.0.0.255
  192.0.2.0 192.0.2.255
  192.31.196.1 192.52.193.1 192.175.48.1
  192.88.99.0 192.88.99.255
  192.168.0.0 192.168.1.1 192.168.255.255
  198.18.0.0 198.19.255.255
  198.51.100.0 198.51.100.255
  203.0.113.0 203.0.113.255
  224.0.0.0 239.255.255.255
  240.0.0.0 254.255.255.255 255.255.255.255
  :: ::1 ::2 ::ffff ::7f00:1 ::10.0.0.1 ::169.254.169.254 ::1.1.1.1
  ::ffff:0.0.0.0 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:192.168.0.1 ::ffff:169.254.169.254 ::ffff:7f00:1 ::ffff:a9fe:a9fe
  0:0:0:0:0:ffff:7f00:1 0000:0000:0000:0000:0000:ffff:0a00:0001 ::FFFF:127.0.0.1
  ::ffff:0:7f00:1 ::ffff:0:a9fe:a9fe
  64:ff9b::7f00:1 64:ff9b::127.0.0.1 64:ff9b::10.0.0.1 64:ff9b::a9fe:a9fe 64:ff9b::1.1.1.1
  64:ff9b:1:: 64:ff9b:1::1 64:ff9b:1:ffff:ffff:ffff:ffff:ffff
  100:: 100::1 100::ffff:ffff:ffff:ffff
  2001:: 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:10::1 2001:20::1 2001:1ff:ffff::1
  2001:db8:: 2001:db8::1 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff
  2002:: 2002:7f00:1:: 2002:a00:1:: 2002:a9fe:a9fe:: 2002:101:101::1
  2620:4f:8000::1
  3fff:: 3fff::1 3fff:fff:ffff::1
  5f00:: 5f00::1 5f00:ffff::1
  fc00:: fc00::1 fd00::1 fd12:3456:789a::1 fdff:ffff:ffff::1
  fe80:: fe80::1 febf::1
  fec0:: fec0::1 feff::1
  ff00:: ff02::1 ff0e::1 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
  4000::1 1fff::1 8000::1
`)

export const ALLOWED_ADDRESSES = list(`
  1.0.0.0 1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0
  169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.0.3.0 192.88.98.255 192.88.100.0
  192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0 223.255.255.255
  ::ffff:1.1.1.1 ::ffff:808:808 2001:200::1 2001:4860:4860::8888 2001:db7:ffff::1 2001:db9::1 2003::1 2606:4700::1111
  2a00:1450:4001::1 3ffe::1
`)

/** Refused as they are written, before any name is looked up. */
export const REFUSED_URLS = [
  ...list(`
    http://example.com ftp://example.com ws://example.com file:///etc/passwd javascript:alert(1) data:text/plain,x gopher://example.com
    example.com/x //example.com/x https:example.com https:///h https:/example.com https:\\\\host https:// https://@h/ https://a..b/ https://./
    https://user@example.com https://:pw@example.com https://user:pw@example.com https://example.com@10.0.0.1/ https://1.1.1.1%40example.com/
    https://example.com/#part https://example.com/a#
    https://example.com:22 https://example.com:25 https://example.com:0 https://example.com:6379x https://example.com:65536
    https://localhost/x https://LOCALHOST/ https://localhost:8443/ https://localhost./ https://api.localhost. https://a.b.localhost/
    https://127.1 https://127.0.1 https://127.0.0.1. https://2130706433 https://017700000001 https://0x7f000001 https://0x7f.1
    https://0177.0.0.1 https://0x7f.0x0.0x0.0x1 https://127.0.0.0x1 https://0 https://0.0.0.0 https://0300.0250.0.1 https://3232235521
    https://10.0.0.1 https://169.254.169.254/latest/meta-data/ https://0xa9fea9fe https://2852039166 https://0251.0376.0251.0376
    https://%31%32%37.0.0.1/ https://127%2e0%2e0%2e1/ https://①②⑦.0.0.1/ https://127。0。0。1/ https://ⓛocalhost/
    https://[::1] https://[::] https://[::ffff:7f00:1] https://[::ffff:127.0.0.1]:8443/ https://[::ffff:0:a9fe:a9fe] https://[0:0:0:0:0:0:0:1]
    https://[64:ff9b::a00:1] https://[2002:7f00:1::] https://[fe80::1%25eth0]/ https://[fd00::1]/ https://[::1 https://::1/
  `),
  ' https://example.com',
  'https://example.com ',
  'https://exam\nple.com/',
  'https://example.com/a b',
  'https://example.com/\u0000',
  'https://example.com\\@10.0.0.1/',
  'https://exam\tple.com/',
  `https://${'a'.repeat(300)}.com`,
  `https://${'a'.repeat(64)}.com`,
  '',
]

export const ACCEPTED_URLS = list(`
  https://example.com https://EXAMPLE.com/ https://example.com/ https://example.com:443/ https://example.com:80/x https://example.com:8443/a?b=c
  https://example.com:1024/ https://example.com:65535/ https://example.com./hook https://sub_domain.example.com/ https://xn--bcher-kva.example/
  https://bücher.example/ https://example.com/%23not-a-fragment https://example.com/?q=https://10.0.0.1/ https://1.1.1.1/ https://[2606:4700::1111]:9000/
  https://localhost.example.com/ https://notlocalhost/ https://10.example.com/
`)
