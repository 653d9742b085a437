"""What the intents are recognised by: words of one meaning, and how much each meaning speaks for an intent.

A meaning weighs 4 where it is the topic itself, 1 where it only points there. ``a+b`` counts when both are said.
"""

from __future__ import annotations

from bot.chat.reading.words import table

PHRASES: tuple[tuple[str, str], ...] = (
    (r"^p+\b[ .!]*$", "sapa"),
    (r"\b(?:ini|iki|niki) (?:bot|nomor|nomer|chat|wa|layanan|akun) (?:apa|opo|nopo)\b|\b(?:bot|nomor|nomer|chat|"
     r"wa|layanan|akun) "
        r"(?:ini |iki |niki )?(?:untuk|buat|gawe|kanggo|kangge|fungsinya|gunanya|isinya) (?:apa|opo|nopo)\b", "menu"),
    (r"\b(?:tidak|tdk|gak|ga|nggak|belum|blm|ora|durung|mboten) (?:pernah )?(?:di)?(?:jawab|balas|bales|respon|"
     r"tanggapi|"
        r"layani|gubris|tindak)\w*\b", "keluhan"),
    (r"\be[ -](?=sertif|katalog)", ""),
    (r"\b(?:penyuluhan )?keamanan pangan\b|\b(?:izin|ijin) (?:dinkes|dinas kesehatan)\w*", "pirt"),
    (r"\bbea ?cukai\b|\b(?:kode )?hs ?code\b|\bkode hs\b|\b(?:pasar|jual|kirim) (?:ke )?luar ?neg[ei]ri\b", "ekspor"),
    (r"\bcar ?free ?day\b|\bcfd\b|\btoko oleh[ -]?oleh\b|\b(?:kantor )?pemerintah\b|\btoko modern\b", "pameran"),
    (r"\bdaftar tunggu\b", "pengumuman"),
    (r"\bcara(?:ne|nya)? (?:n|nge|men)?daftar(?:nya|ne|e)?\b", "bikin daftar"),
    (r"\b(?:tidak|tdk|gak|ga|gk|nggak|ndak|ora|mboten) (?:bisa|bs|iso|isok|saget|saged)[ .!]*$", "takbisa"),
    (r"\bminta (?:uang|duit|bayaran|imbalan|fee)\b"
     r"(?! (?:modal|buat|untuk|gawe|kanggo|bantuan|pinjaman|hibah|usaha))|\batas nama dinas\b", "pungli"),
    (r"\b(?:respon\w*|balas\w*|jawab\w*|proses\w*) (?:\w+ )?(?:lama|lambat|suwe)\b|"
        r"\b(?:lama|suwe|lambat|lemot) (?:di)?(?:respon|balas|bales|jawab|proses|layani)\w*\b|"
        r"\b(?:lama|suwe|lambat|lemot) (?:banget|sekali|pol|nemen|temen|sanget|eram)\b",
     "keluhan"),
    (r"\bdi(?:tariki?|palak|mintai?|suruh|kongkon) (?:bayar|uang|duit|biaya|fee|imbalan)\b", "pungli"),
    (r"\b(?:jual|beli|tuku|top ?up|joki) (?:akun|diamond|chip|voucher|skin|ml|ff)\b|"
        r"\bmobile ?legends?\b|\bfree ?fire\b|"
        r"\bakun (?:ml|ff|game|pubg|epep)\b", "luar"),
    (r"\b(?:m?bantu|nolong|layani|bisa|iso|saged) (?:apa|opo|nopo)\b|"
     r"\bapa (?:aja |saja )?yang bisa\b|\bbisa (?:bantu|ngapain)\b", "menu"),
    (r"\bjam (?:berapa|piro|pinten) (?:sekarang|saiki|ini)\b|\b(?:kamu|anda|sampean|ini) siapa\b|"
        r"\bsiapa (?:kamu|anda|namamu)\b|\blove you\b", "luar"),
    (r"\bsurat domisili\b|\bdomisili usaha\b", "suratketerangan"),
    (r"\bsurat (?:\w+ )?(?:sudah|wis|sampun) jadi\b", "pengajuan status"),
    (r"\bnaik ?(?:kelas|klas|kls|level|tingkat)(?:nya)?\b", "naikkelas"),
    (r"\bluar ?neg[ei]?ri\b|\bluar ngeri\b|\b(?:ke )?mancanegara\b", "luarnegeri"),
    (r"\b(?:nomor|nomer|no) induk\b", "nib"),
    (r"\bp[ -]?irt\b|\bpi[ -]rt\b|\bspp[ -]?irt\b|\bpirt\w*\b", "pirt"),
    (r"\b(?:izin|ijin) edar\b", "izinedar"),
    (r"\b(?:makanan|pangan|produk) rumah(?:an| tangga)\b|\bindustri rumah\b|\b(?:izin|"
     r"ijin) (?:produksi )?(?:rumah tangga|irt)\b", "izin rumahan"),
    (r"\bmisi (?:dagang|perdagangan)\b", "ekspor"),
    (r"\bbus+ines+ ?match?ing\b|\btemu bisnis\b", "pameran"),
    (r"\bsurat ket\w*(?: usaha| umkm)?\b|\bsku\b", "suratketerangan"),
    (r"\bsurat rekom\w*(?= merek| merk| hki| haki)", "merek"),
    (r"\bself ?dec?lar\w*\b|\bsihalal\b|\bsehati\b", "halal"),
    (r"\b(?:hak|hk) (?:paten|cipta|kekayaan|merek|merk)\b", "merek"),
    (r"\bbank (?:titil|thithil|plecit|keliling)\b", "rentenir"),
    (r"\b(?:tidak|tdk|gak|ga|gk|nggak|ngga|ndak|enggak|ora|mboten|gabisa)(?: ?(?:bisa|iso|saget|saged|"
        r"sagah|bs|isa|dapat|jadi|sido|sios|sempat|kersa|purun|iyso|isok))? ?"
        r"(?:hadir|datang|ikut|teko|rawuh|mel[ou]k?|n?derek|dateng)\b|"
        r"\b(?:tidak|gak|ga|nggak|ora|mboten) ?(?:jadi|sido|sios) daftar\b|\bgabisa "
        r"(?:ikut|hadir|datang)\b", "batal"),
    (r"\b(?:tidak|gak|ga|kurang|nggak|ora|tdk) (?:ramah|sopan|jelas|dilayani|responsif|sabar|"
        r"profesional|adil)\b|\bdiping\w* ?pong\b|\bdipersulit\b|\bbertele\w*", "keluhan"),
    (r"\b(?:belum|blm|gak|ga|tidak|durung|dereng) (?:ada|onok|wonten|dapat|dpt) (?:kabar|info|"
        r"panggilan|pengumuman|jawaban|balasan)\w*\b|\bkok belum\b", "belumkabar"),
    (r"\b(?:sudah|sdh|udah|udh|wis|wes|sampun) (?:n?daftar|dftr|mendaftar|registrasi)\b|"
        r"\bpendaftaran (?:\w+ )?(?:saya|ku)\b|\bdaftar kemarin\b", "terdaftar"),
    (r"\bsampai (?:mana|dimana|di mana)\b|\bteko ngendi\b", "status"),
    (r"\bfoto ?(?:produk|produc?t)\w*\b|\bfotografi\b|\bphoto\b", "foto"),
    (r"\bsiap (?:ekspor|expor\w*|export)\b", "ekspor"),
    (r"\bkur\b|\bkredit usaha rakyat\b", "kur"),
    (r"\b(?:data|datane) (?:saya|ku|kulo|pribadi|usaha saya)\b", "datasaya data saya"),
    (r"\b(?:jam|hari) (?:buka|kerja|operasional|layanan|tutup|pelayanan)\b|\bbuka jam\b|\btutup "
        r"jam\b", "kantor jambuka"),
    (r"\bhari ini buka\b|\b(?:dinas|kantor) buka\b", "kantor jambuka"),
    (r"\b(?:toko |jualan |dodolan |jual |pemasaran |marketing )(?:online|onlen|onlin|ol|daring|digital)\b\b", "online"),
    (r"\bmakanan? beku\b|\bfrozen\b", "bpom"),
    (r"\bmal(?:ang)? ?(?:produk|pro)\b", "malpro"),
    (r"\bmalang creative cent\w+\b", "mcc"),
    (r"\bco ?work\w*\b", "coworking"),
    (r"\b(?:bisa|iso) (?:apa|opo)(?: (?:aja|saja|ae|wae|mawon))?$", "menu"),
    (r"\b(?:ngobrol|bicara|ngomong|chat|omong\w*) (?:sama|dengan|karo|kalih|langsung)\b", "bicara"),
    (r"\bsimpan ?pinjam\b", "koperasi"),
    (r"\bselamat (?:pagi|siang|sore|malam|malem)\b|\bsugeng (?:enjing|enjang|siang|sonten|dalu|injing|"
        r"rawuh)\b|\bass?al+am\w*(?: ?wr ?wb)?\b|\bwr wb\b|\bmet (?:pagi|siang|sore|malam)\b|"
        r"\bpunten\b|\bkulo ?nuwun\b", "sapa"),
    (r"\bterima ?kas[ih]+h?\w*\b|\bmatur ?(?:suwun|nuwun|sembah)\b|\bmakas[ih]+h?\w*\b|"
        r"\bthank\w*(?: you)?\b|\bterimakasih\b|\bmaturnuwun\b", "terimakasih"),
)  # fmt: skip

_MEANT = table(
    {
        "nib": "nib oss nibnya siup iumk tdp kbli perizinan legalitas berusaha nibku osrba",
        "izin": "izin ijin ijinnya izinnya perijinan",
        "usaha": "usaha usahaku usahanya umkm ukm bisnis dagangan warung depot kedai kios toko",
        "pirt": "pirt pkp",
        "izinedar": "izinedar",
        "rumahan": "rumahan",
        "halal": "halal halalnya bpjph p3h kehalalan",
        "bpom": "bpom pom md bpompun",
        "merek": "merk2 merek merk merknya mereknya haki hki paten patenkan djki dgip pdki dipatenkan "
        "brandmu mematenkan hakinya",
        "ditiru": "ditiru tiru niru meniru menjiplak bajak membajak dicuri diklaim dijiplak plagiat dibajak nyontek",
        "kemasan": "kemasan bungkus bungkusnya bungkuse bungkusan wadah wadahnya wadahe kantong toples vakum "
        "vacuum sealer pengemasan kemasannya packaging pack_ pouch standing kardus kemas mengemas packing "
        "kemasane plastik",
        "label": "label komposisi gizi nutrisi labele labelnya stiker",
        "foto": "foto fotografer memotret motret potret video fotone fotoin",
        "logo": "logo logonya",
        "branding": "branding brosure baliho neonbox brand banner spanduk rebranding brosur",
        "desain": "desain design disain mendesain",
        "ekspor": "diekspor ngekspor mengeksport pengiriman_ eksporimpor impor internasional mancanegara vbc "
        "ekspor export expor eksport taiwan luarnegeri malaysia singapura jepang brunei hongkong "
        "asean vietnam filipina australia saudi dubai belanda jerman turki india abroad thailand china cina "
        "eksportir mengekspor arab eropa amerika korea pengekspor",
        "pameran": "reseller booth tenant lapak showroom galeri agen tender lpse pengadaan ngonsinyasi dititipkan "
        "titipkan menitipkan titipan "
        "nitipno bazaarnya expo mall kurator pasarmodern pameran bazar bazaar buyer supplier "
        "suplier pemasok minimarket supermarket indomaret alfamart swalayan titip nitip konsinyasi "
        "oleh expo "
        "festival stand stan pembeli hotel konsinyasi retail ritel distributor pasarkan inaproc "
        "ekatalog katalog gerai pasar pamerannya",
        "mcc": "mcc",
        "studio": "studio podcast coworking aula auditorium gedung",
        "ruang": "ruang ruangan sewa pinjamruang nyewa booking meeting",
        "modal": "modal modalnya permodalan hibah gerobak peralatan dana pendanaan",
        "kur": "kur kredit minjem minjami dipinjami nyicil ngredit kridit utangan pinjemi pinjaman pinjam pinjem "
        "utang hutang ngutang uang duit bunga angsuran cicilan "
        "modalan bank minjam nyilih agunan jaminan ojir kurbri lpdb pnm",
        "rentenir": "rentenir titil lintah terjerat",
        "banpres": "banpres bpum bansosumkm blt bantuantunai cair",
        "bantuan": "bantuan",
        "pajak": "pajak pajek pajeg faktur billing efin pajeknya spt pph pajaknya ppn pajake coretax djp perpajakan",
        "npwp": "npwp",
        "qris": "qris qriss barcode scan qrisku qr nmid kris qrisnya edc",
        "koperasi": "koperasi koperasine ksp kud kopdes kkmp rat koprasi kopersi",
        "online": "iklan google gmaps gmap ads reels affiliate afiliasi tiktokshop shopeenya ngiklan live promosi "
        "konten copywriting blibli bukalapak digital daring2 online "
        "onlen onlin daring shopee tokopedia tiktok lazada marketplace marketplce instagram ig "
        "facebook fb gofood grabfood shopeefood malpro website "
        "ecommerce olshop medsos sosmed",
        "jualan": "jualan jual menjual dodolan berjualan",
        "apa": "apa opo nopo apaan",
        "pelatihan": "belajar sinau pelatihan pelatian plthn platihan plathan latihan bimtek diklat kursus "
        "workshop kelas webinar seminar pltihan pelatihannya bintek bimbingan_ trening training "
        "pelathan",
        "jadwal": "jadwal jadwalnya jdwl agenda terdekat",
        "info": "info infonya informasi inpo daftarnya",
        "kapan": "kapan kpn",
        "daftar": "daftar dftr daftr mendaftar daftarkan registrasi ndaftar pendaftaran daftarin dftar dafar "
        "daptar ngedaftar",
        "ikut": "ikut ikutan nderek melok gabung bergabung mengikuti ngikut join",
        "mau": "mau pengen pingin ingin mw kepengen arep kepingin minat berminat pengin kate badhe",
        "adakah": "ada onok wonten adakah enten tersedia buka dibuka",
        "batal": "batal batalkan mundur cancel membatalkan absen berhalangan gantikan mewakilkan diwakilkan "
        "batalin wakilkan digantikan sido_ undur",
        "lolos": "lolos diterima kepilih terpilih keterima lulus",
        "pengumuman": "pengumuman diumumkan antrian antrean pengumumannya tunggu peserta seleksi",
        "belumkabar": "belumkabar",
        "terdaftar": "terdaftar",
        "takbisa": "takbisa",
        "sertifikat": "sertifikat sertipikat sertif piagam sertifikatnya sertifikate srtifikat ijazah sertfikat",
        "unduh": "download unduh donlot cetak_ ambil donlod",
        "asesmen": "dinilai menilai kurasi angket evaluasi penilaiane dikurasi kurator_ asesmen assessment assesment "
        "asesment naikkelas penilaian "
        "kuesioner kuisioner kesiapan asessmen assesmen",
        "tes": "tes test cek ngecek ukur mengukur",
        "hasil": "hasil poin rapor raport nilaiku skorku hasilnya skor skore nilai score nilainya asile",
        "saran": "rekomendasi saran kekurangan",
        "kurang": "kurang kurangnya kurange",
        "dampingi": "dibimbing coach dampinge pendampinge pendampingku visit bimbing pembimbing mendampingi "
        "menemani fasilitator pendamping mentor "
        "pendampingan didampingi mentoring coaching kunjungan dikunjungi disurvei survei survey "
        "pembinaan konsultan dibina ndampingi damping",
        "konsultasi": "konsultasi konsul curhat klinik",
        "datang": "datang rawuh teko berkunjung",
        "petugas": "petugas pegawe orangnya wonge helpdesk callcenter cso petugasnya cs operator staf manusia "
        "pegawai customer",
        "admin": "admin adminnya min_",
        "bicara": "tanya tlp tlpn telp nelfon nelpun curhat_ rembugan ngobrolo nanya bertanya takon omong bicara "
        "ngobrol hubungi menghubungi telpon telepon telfon "
        "kontak nelpon ngomong sambungkan disambungkan",
        "kantor": "lokasinya maps kantor kantornya diskopindag dinasnya jambuka lokasi",
        "dinas": "dinas",
        "alamat": "alamat alamatnya",
        "keluhan": "penipuan kesal kesel mangkel dibohongi bohong payah parah mengecewakan lemot cuek dicueki "
        "dicuekin diabaikan nyebelin sebel kuciwo ditipu penipu nipu judes galak kasar jutek kapok emosi "
        "mbulet ribet keluhan lapor "
        "aduan kecewa lambat pungli komplain mengadu pengaduan melapor dipungut ramah buruk lelet "
        "komplen jengkel marah lama_ ngadu dipersulit protes nesu pelayanan",
        "jelek": "jelek elek",
        "pungli": "sogok sogokan pungutan pungli suap dimintai pemerasan",
        "hapus": "akun hilangkan dihilangkan ilangi ilangno busak dibusek apus hapusno akunku akunnya hapus "
        "dihapus menghapus hapuskan busek delete hapusen",
        "data": "data datanya",
        "datasaya": "datasaya",
        "privasi": "aman keamanan cabut disimpan salinan privasi rahasia disebar simpan kerahasiaan dipakai "
        "lihat_ melihat_ disalahgunakan bocor",
        "lihat": "lihat ningali ndelok melihat",
        "siapa": "siapa sopo sinten",
        "ubah": "ubah gantine benerin betulin mbenerno benahi perbaharui dirubah gantien ganti update perbaiki "
        "koreksi revisi mengubah mengganti edit rubah ngganti perbarui "
        "diganti diubah betulkan ngubah merubah ralat",
        "salah": "salah keliru klentu kliru typo",
        "pindah": "pindah berpindah",
        "nama": "nama nomor nomer hp nik namanya wa email",
        "bahasa": "bahasa boso bhs jowo jawa english inggris basa ngoko kromo krama language",
        "menu": "menu fitur pilihan layanan layanannya help menunya fiturnya",
        "tolongbantu": "panduan petunjuk",
        "sapa": "sapa aslm asslm askum kulonuwun punten met_ halo hai hallo helo hello hi permisi pagi siang sore "
        "malam assalamualaikum salam "
        "ping hei hay haloo samlekum hy",
        "terimakasih": "terimakasih arigato syukron jazakallah nuhun matursuwun mks makaseh tq trims thx tks "
        "suwun nuwun makasi tengkyu thanks trimakasih mksh mksih "
        "tengkiu trmksh kesuwun maturnuwun tararengkyu mkasih",
        "luar": "motor cabe cabai sembako ramalan pijat timnas bulutangkis sholat adzan liga sinetron artis gosip "
        "viral mancing ojek mobil sepeda kost kontrakan kamu pinjol togel2 skripsi rumus matematika berita "
        "politik partai caleg kucing rujak bakso makan tidur pacaran lotre undian kuota pulsa2 "
        "internet wifi pbb ktp cuaca resep presiden slot gacor arema bola bpjs sim stnk paspor akta "
        "pacar togel judi film lowongan loker cpns rendang pkh emas "
        "pln pdam sekolah kuliah pilkada jodoh dukun zodiak lagu musik pertandingan gempa walikota_ "
        "skck samsat nikah persebaya main game pulsa bansos tilang hujan banjir "
        "mudik tiket_ kereta bioskop wisata liburan gaji pns puisi cerita saham crypto bitcoin obat "
        "dokter sakit vaksin macet bbm bensin pertalite zakat jadwalsholat",
        "pengajuan": "ditolak surat pengajuan permohonan permintaan berkas proposal usulan ajuan tiket "
        "pengajuanku permohonanku",
        "status": "diproses diprosesnya status progres progress statusnya prosesnya perkembangan kelanjutan "
        "tindaklanjut",
        "binaan": "kartu binaan terdata pendataan mendata didata sidt terdaftarumkm dibina_ ndata data_umkm",
        "suratketerangan": "suratketerangan domisili",
        "resmi": "rekomendasi_",
        "baru": "baru anyar",
        "saya": "saya ku aku kulo kula kami",
        "kemarin": "kemarin wingi kemaren kmrn lalu",
        "mana": "mana endi pundi",
        "bikin": "bikin buat gawe urus ngurus mengurus bkin membuat damel ndamel cara carane caranya gimana "
        "bagaimana syarat perpanjang piye pripun",
        "other": "murah mahal tanah tutup ramai sepi bayar biaya harga gratis besok nanti berapa apakah "
        "kalau dapat masuk keluar produk produknya keripik makanan minuman "
        "kopi roti kue batik kerajinan baju rumah kecil mikro besar pertama kedua orang "
        "keluarga acara teman suami istri "
        "anak kota malang bulan minggu hari tahun sudah belum bisa boleh harus perlu wajib usia "
        "umur lagi masih punya pakai dari",
    }
)
MEANINGS = _MEANT | {meaning: meaning for meaning in set(_MEANT.values())}  # what PHRASES writes is a word too

SPEAKS: dict[str, str] = {
    "lihat_pelatihan": "pelatihan:2.2 jadwal:1.4 info:1 kapan:.6 adakah:.8 pelatihan+jadwal:1 pelatihan+adakah:1 "
    "pelatihan+info:1 pelatihan+kapan:.6 pelatihan+apa:1 pelatihan+daftar:1.6",
    "daftar_pelatihan": "pelatihan:2 daftar:2 ikut:1.6 mau:.8 pelatihan+ikut:1.4 pelatihan+mau:1 daftar+mau:1 "
    "daftar+saya:.7 pelatihan+bikin:.8 daftar+usaha:-3.4 daftar+usaha+pelatihan:3.4",
    "batal_pelatihan": "takbisa+pelatihan:6 batal:4 batal+pelatihan:2.5 batal+daftar:2",
    "status_pelatihan": "lolos:4 pengumuman:3.4 belumkabar:3 terdaftar:2.6 status+daftar:3 tes+daftar:2.4 "
    "terdaftar+usaha:-2.2 status+pelatihan:3 status+terdaftar:3 terdaftar+pelatihan:1 lolos+pelatihan:2 "
    "pengumuman+pelatihan:2",
    "sertifikat_pelatihan": "sertifikat:2.4 sertifikat+pelatihan:4.5 unduh:1.5 sertifikat+kemarin:1.5 "
    "sertifikat+mana:1 "
    "sertifikat+belumkabar:1 sertifikat+saya:.6 sertifikat+unduh:1 sertifikat+salah:2.6 "
    "sertifikat+nama:1",
    "asesmen": "asesmen:4 tes:1 tes+usaha:1.6",
    "hasil_asesmen": "hasil:3 saran:2.6 hasil+asesmen:4 hasil+usaha:1.2 saran+usaha:1.4 kurang:1.6 "
    "kurang+usaha:1.4 saran+asesmen:3",
    "nib": "nib:4 izin:2 izin+usaha:2 izin+bikin:1",
    "pirt": "pirt:4 izinedar:2.4 rumahan:2 izinedar+rumahan:1 izin+rumahan:3",
    "halal": "halal:4.2",
    "bpom": "bpom:4.2 bpom+pirt:1.2 izinedar:.8",
    "merek": "merek:3.8 branding+ditiru:1 ditiru:3.6 merek+logo:.6 merek+daftar:.6",
    "kemasan": "kemasan:3.6 label:2.8 kemasan+desain:1 kemasan+label:1 label+desain:.4 kemasan+jelek:1",
    "foto_branding": "foto:3.4 logo:2.8 branding:3.2 desain:2 foto+bikin:.4 logo+desain:.6",
    "ekspor": "ekspor:4.2",
    "pasar_pameran": "pameran:3.8",
    "modal": "modal:3.2 kur:3.8 rentenir:4 banpres:3.6 bantuan:1.9 bantuan+usaha:.8 bantuan+modal:1",
    "pajak": "pajak:4.2 npwp:3.2 npwp+pajak:1",
    "qris": "qris:4.2",
    "koperasi": "koperasi:5.4",
    "jualan_online": "online:3.4 jualan:1.6 online+jualan:1 pelatihan+online:.2",
    "fasilitas_mcc": "mcc:3 studio:2.8 ruang:1.8 mcc+ruang:1.5 mcc+studio:1.5 ruang+studio:1",
    "pendampingan": "dampingi:3.8 konsultasi:2.4 konsultasi+usaha:.8 petugas+datang:3.4 dampingi+petugas:1",
    "bicara_petugas": "admin:2.4 admin+bicara:1.9 petugas:2.8 bicara:2.6 kantor:2.8 petugas+bicara:1.5 "
    "kantor+alamat:1.5 dinas:1 "
    "dinas+bicara:1.4 alamat:.8 dinas+alamat:2",
    "keluhan": "keluhan:3.6 pungli:4 keluhan+petugas:1.5 keluhan+dinas:1 jelek+dinas:2 jelek+petugas:2",
    "hapus_data": "hapus:2.6 privasi:3 hapus+data:2.4 privasi+data:2 datasaya:2 lihat+datasaya:2.6 "
    "siapa+datasaya:1.2 hapus+datasaya:1",
    "ubah_data": "ubah:2.2 salah:2.2 pindah:3 ubah+data:1.6 ubah+nama:1.6 salah+nama:1.6 pindah+alamat:1.4 "
    "ubah+alamat:1.4 ubah+usaha:.5 salah+data:1.6 ubah+foto:.5",
    "bahasa": "bahasa:4.6",
    "menu": "menu:3.2 bantuan:1.7 menu+info:1 menu+adakah:.8 tolongbantu:2.5",
    "sapa": "sapa:1.2",
    "terima_kasih": "terimakasih:1.6",
    "luar_topik": "luar:3.4",
    "status_permohonan": "pengajuan:3 status:2.6 status+kapan:.6 pengajuan+status:2 pengajuan+saya:2.4 "
    "tes+status:1.4 pengajuan+belumkabar:2",
    "daftar_umkm": "binaan:3.8 suratketerangan:3.8 daftar+usaha:2.8 daftar+dinas:2.4 data+usaha:1.1 "
    "terdaftar+usaha:3.4 suratketerangan+usaha:.5",
}
