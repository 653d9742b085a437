"""Slips of the finger in the words a reader lives on.

"10 juta per buln" must not lose its month, nor "tujh ratus ribu" its seven: a slip is put right where one word only
can be meant, and where that is uncertain the reader is told, so that it asks back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.chat.reading.words import PADDING, hurried, listed, skeletons_of

_MOST_WORDS = 40
"""A message of more words is no plain value; looking for slips in it would only cost time."""

COMMON = PADDING | listed(
    """
    ada adik ah akan akh anak antar apa arah arti asal asam atau atur ayah ayam bagi bagus bahan bakar baku balik banyak
    baru barang basah batas batu bawa bayar beda bekal bekas beli belah benar beras berat beri bersih besar betul biar
    biaya biasa bikin bisa blok bon bonus boros buah buat budi buka bukan buku bulat bungkus buruh butuh cair cara cari
    catat cepat coba cuma cukup dah dalam dan dapat dapur dagang darah daya dekat delan dengan depot desa dia diam
    dihitung doa dulu duduk duit empuk enak fasih gaji ganti gula guna hal halal hampir handal harap harga harus hasil
    hati hemat hilang hitung hujan ibu ikan ikut ingat ingin isi istri izin jadi jaga jajan jalan jarang jasa jauh jelas
    jika jual jualan juga jumlah kaki kalah kali kalian kamar kami kampung kan karang karena kasih kata kaya kebun kecil
    keluar kemas kembali kena kerja keras kering ketika kita kiri kosong kotor kue kuat kulit kursi laba lagi lain laku
    lalu lama lambat laris lantai laporan lauk layanan lebar lembut lewat libur lihat lokasi luar lumayan lunas lupa
    mahal main makan makin malah malas malu mampu mana manis masak masih masuk mata mau memang merah mereka mesin minta
    minum modal mudah mulai muncul murah musim naik nama nanti nasi nota olah omset omzet orang pada padi pagar pakai
    paham pandai panas panen panjang pantai pasar pasti pedas pegang pekerja penuh penting perlu pernah pesan pintu
    piring pisah pokok pribadi produk produksi puas pulang punya putih ragu rahasia rajin ramai rasa rata rawon rela
    ringan roti rugi rumah rusak sabar saat salah sama sana sampah sangat santai sarung sawah sayur sebab sebelah
    sedang sedih sehat sejak selalu selama selesai semua senang sendiri sepi sering serta sesuai setor setiap siap
    siapa simpan sisa sisi sore stok suami sudah suka sukses sulit surat susah susu tabung tahan tahu takut tambah
    tamu tanam tanah tangan tanya tapi tari tarik tebal teh telah telur teman tempat tentu terima tetap teras tidur
    tinggal tinggi titip toko tua tugas tukang tunggu turun tutup uang ujung ukur umum untung upah urus usaha utama
    utang waktu warna warung wajib
    aku awak bar ben bojo cilik dodol duit dudu dhuwit gak gawe gede iku isih isin kabeh kudu kene koyok kuwi larang
    lanang lara lemah melu meneh mesti mung murah nggo ngono ngene oleh omah ono onok opo payu pengen piro piye ra
    rame rego rejo sak sek sepi sik sing sopo tak tau teko tuku turu tibo utowo wae wani wedi wes wis wong yen yo
    ku mu nya an pun per se sa tiap rp rb jt jm pk pkl yg dr dg tp jd sdh udh blm bln th thn hr mgg tgl km kg gr
    cm rt rw no hp wa ok sd ds kl dst dll oh hm iya iyo wib wita wit ha si de tu la do
    omsetnya omzetnya modalnya harganya pendapatan penghasilan hasilnya untungnya keuntungan jualannya usahanya
    dapatnya kisaran kurleb perak rupiah kira2 kirakira rata2 kadang2 pokoknya begitu gitu begini gini sekian
    seadanya sebut silakan silahkan terus trus lantas ataupun bahkan mending daripada soalnya karna krn sbb gara
    ketemu ketemuan datang dateng kumpul acara rapat kelas pelatihan latihan jadwal mungkin barangkali kayaknya
    apr april agustus ahad awal awan awon ayu bebas bengi benjing besok besuk bnr boten boso chat dadi dalu dana data
    desember dibawa dino diri dini dinten drg enek enem enjing esok esuk februari gas grab hak hari hbs isa isik iso
    isuk
    jam jan januari jgn jum jumat juni juli kamis kab kapan kec kel kemarin kemis klas krg lali langsung lapan libur
    logo
    lusa malam malem malih maleh males maret masa mati mei mar metu minggu mlm msh nov november nik nib nope nopo okt
    oktober pagi pas pasang pbb pekan petang pls polo rabu rat rebo rem rung sabtu saiki sari sae sedaya sehati
    selasa self senen senin sep september setu sesuk sewa siang sidang sini sip siti skor skrg sonten spt status stan
    suk supe sekarang tanggal tangga telas telat telp tel tengah tes tiba top urung usah usai wangi wingi wonten wulung
    wulan yes isya subuh ashar maghrib dzuhur jumatan sebelum sesudah setelah habis tepat menit belum blm besuki
    ma ba bs bk gk gg ki ne me at am pm by jl pt cv ud tv ah eh uh em um ga ra po ta ti to wo ye yo ay bi mi ni pa nt sy
    sios sido tah reti mesthi mesti yoopo tho kuwi kae loro gelem wegah ojok kagem kangge nopo pundi pripun menawi
    longgar sempat kosongnya pilih ambil minggon sabtunan libur masuk kerjaan antar jemput sekolah solat sholat
    dinas kantor kota malang desa kecamatan kelurahan mari mantun lahir kelahiran berdiri mulainya buka tutup pulang
    """
)
"""Words of every day that are near to words of time and money, and mean what they say."""


def mender(known: Mapping[str, str]) -> Callable[[str], tuple[str, bool]]:
    """A function that puts slips right in a cleaned text and says whether one stayed uncertain.

    `known` are the words the reader lives on, each with its meaning: words of one meaning can stand for each other.
    Words of the meaning "" are the reader's too, but nothing is corrected to them.
    """
    skeletons = skeletons_of({w: m for w, m in known.items() if len(w) > 3})
    choices = [w for w in known if len(w) > 2]

    @lru_cache(maxsize=4096)
    def mended(word: str) -> tuple[str, bool]:
        if word in known or word in COMMON or not 1 < len(word) < 16:
            return word, False
        meaning = hurried(word, skeletons)
        near = process.extract(word, choices, scorer=OSA.distance, score_cutoff=1, limit=6)
        meant = {known[n] for n, _, _ in near}
        if meaning is None and not meant:
            return word, False
        if meaning is None and (len(meant) > 1 or len(word) < 4):
            return word, True
        found = meaning if meaning is not None else meant.pop()
        if not found:
            return word, False
        right = next(w for w, m in known.items() if m == found)
        return right, len(word) < (4 if meaning is not None else 5)

    def mend(text: str) -> tuple[str, bool]:
        if len(re.findall(r"[a-z]+", text)) > _MOST_WORDS:
            return text, False
        doubts: list[bool] = []

        def one(match: re.Match[str]) -> str:
            word, doubt = mended(match[0])
            doubts.append(doubt)
            return word

        return re.sub(r"[a-z]+", one, text), any(doubts)

    return mend
