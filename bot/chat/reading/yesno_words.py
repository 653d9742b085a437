"""The words of yes and no, by what they say, and the words beside them that say nothing."""

from __future__ import annotations

from bot.chat.reading.words import listed, table

KNOWN = table(
    {
        # ya and what agrees
        "ya": """
        ya y yaa yah yo yoi yoh yok iya iyo iyah iyes iye ye yes yess yup yep yap nggih inggih enggih injih
        njih nggeh nggehh inggeh nggi nggeh2 ngge gih nji enjeh oyi uyi ok oke okay okey okee oks oki okd sip
        siip sipp siap siyap betul betoel benar bener bnr btl leres setuju stuju setujuh acc deal cocok pas
        sesuai gas gass gaskeun gaspol lanjut lanjutkan lanjutken terus monggo mangga mongggo boleh bole blh
        bersedia sedia ikut ikutan hadir rawuh mau mw mo pengen pingin kepingin purun gelem kersa kerso gelam
        melok melu nderek ndherek tumut minat berminat tertarik cocog arep kepengen pengin ingin mlaku mlampah tentu
        pasti jelas valid true sae apik
        kirim kirimkan yakin simpan sahkan ikhlas gpp sudahbenar eh_he hooh heeh hehe_ sepakat mufakat diterima
        terima minta iy yasudah yaudah yasudahlah yaudahlah yoweslah dijalankan berjalan jalan buka baik bagus
        mantap mantab mantul ayo ayuk yuk hayuk hayo silakan silahkan datang dateng teko aman akur tepat
        insyaallah inshaallah siaap saestu tenan temenan estu ngoten mekaten sarujuk mathuk matuk cus cuss
        budal ayok iyak iyap jos joss kenek yowes yowis yawis yawes laksanakan langsung sah cucok wokeh hayu
        next klop ashiap asiap ashiyap oce ocre approve approved nurut nuruti seneng
        manut ngiring saguh sagah enggeh injeh enjih sumangga sumonggo monggo2 kersoo ngersakaken kepareng
        """,
        "sudah": """
            sudah sdh sudh lawas udah udh uda dah suda sudahh sampun sampon sampung wis wes uwis uwes wus pun mpun
            wiss wess
            telah pernah rampung selesai lengkap beres komplit terbit keluar jadi kelar terdaftar""",
        "punya": """
        punya pny pnya darbe kagunganipun gadhahipun nduweni duweni duwe nduwe duwé gadhah gadah gadhahi
        kagungan ada adalah_ ono onok ana enten wonten ono_ mempunyai memiliki milik ad aya enek enten2 ndue
        """,
        "bisa": "bisa bs bsa pakai pake dapat dpt dapet oleh angsal pareng kenging kenging2 saged iyso isok "
        "isook sagetipun isa iso saget saged bsia mampu sanggup sempat",
        # tidak and what refuses
        "tidak": """
        tidak tdk tidk tdak gak ga gk g nggak ngga enggak engga engak kagak kaga ndak ndk nda tak ora ra
        mboten boten ngak gaak gag kgk kga dak no nope nggk enggk ndhak mbonten mbotn ogak nolak menolak tolak
        kadit tdk2 tidka gakk tiada tanpa never ndakk kosong nihil gada gaada gakada enggaklah tdkk moten
        mbten botenn mblenjani raono randuwe radue ogak gakk
        """,
        "belum": """belum blm blum belom blom lum durung during_ dereng urung gung drng drg drung dureng durong derengg
            duruung belon dereng2 drong dorong dorung deremg gurung gurong ngrung rung blon belm""",
        "bukan": "bukan bkn sanes seje dudu duduk bukn sanés ndudu",
        "jangan": "jangan jgn ojo malas aras arasen sungkan wegahh emohh emooh mohh ampun sampun_ojo jngn "
        "ojok emoh moh gamau ogah wegah ngga_mau batal batalkan cancel keberatan berhalangan sido_ wurung gagal "
        "stop males",
        "salah": "salah slh koreksi ubah ganti bedo beda benten lepat mboten_leres klentu kliru keliru "
        "klèntu luput false mleset",
        # not known
        "ragu": """
        mungkin mgkn mngkn bingung binggung ragu ragu2 lupa lali kesupen supe kesupèn embuh mbuh kirangan mboh
        wallahualam terserah trserah terserahh kayaknya koyoke koyok koyone koyoe kyknya kayake kayanya kayak kyk
        sepertinya spertinya
        ketoke ketokne kadose kadosipun sajake rasanya kyke kemungkinan barangkali pikir2 pikir mikir entah
        gatau gatauu pusing kaleh_ menawi mbokmenawi galau kurangtau mbohlah embuhlah ketingale tergantung
        gumantung seingat ingat inget kelingan emut kemutan kilap wikan duko dukane kayae kiro kintene kinten
        mikirne ketara ndak_tau bimbang sebagian separo kadang kadangkadang jarang mumet mangmang kadang
        embuhh embo mbohh embohh kesupe keselimur kelalen
        """,
        "tahu": "tahu tw mangertos mangerteni ngertosi_ reti ruh ero eroh priksa pirsa mirsani mudheng sumerep tau "
        "tauu ngerti ngertos paham faham mudeng mengerti hafal apal hapal eruh weruh ngerteni semerap yakin_",
        "nanti": "nanti besuk benjing mbenjing menko nanty nantiaja kapankapan lainkali nnti nti ntar mengko "
        "mengke mangke engko engke mene kapan2 besok sesuk suk "
        "sebentar bentar sbntr bntr sekedap sedelut sediluk diluk",
        "dulu": "dulu dl dlu disik dhisik riyin rumiyin sek_ sik_ ndisik rumiyen sikik",
        "tanya": "tanya tny jelaskan takok takoni delok ndelok takon nakokno nakoni nanya bertanya tanyak "
        "tangklet nyuwun_pirsa dipikirkan dipertimbangkan pertimbangan timbang pikirkan mikirke "
        "musyawarah rembug ngomong ndelok ndeloken nyobak tanglet_ tangled tanglet cek ngecek cari "
        "nyari lihat liat ningali deloki dicek tanyakan konsultasi rundingan rembugan rembukan "
        "diskusi dipikir pikirkan pertimbangkan",
        # under way
        "proses": """
        proses progres progress otw prosess diproses memproses diurus ngurus urus mengurus ngurusi dirus
        urusan pengajuan pengurusan aju ajuk ajukan diajukan ngajukan mengajukan ngajuaken pendaftaran antri antre
        ngantri antrian nunggu menunggu tunggu nenggo nengga ngenteni enteni ngentosi ngrantos ditunggu
        verifikasi diverifikasi survei disurvei garap digarap nggarap garapan prosese proseske antrekan dibuatkan
        dibikinkan digawe digawekno dipundamel dipunurus ngurusaken dipunproses lampahaken ngurusno diurusno
        diurusne diurusi diperpanjang perpanjangan memperpanjang dilengkapi melengkapi upload diupload input
        dikerjakan mengerjakan dibuat pembuatan ngajuin ajuin diajuin ngajukin ngajukno diajukno ngajokno ajuaken
        diajuaken ajengaken diajengaken apply ngapply diperiksa dipriksa dibantu ngisi nyiapin nyiapno menyiapkan
        """,
        "daftar": "submit disubmit daftar ndaftarke ndaftarno daftarno daftaraken ndaftar mendaftar daftarkan "
        "ndaptar dftr didaftarkan daptar",
        "sedang": "sedang sdg seg saweg sawek nembe_ lagekan barusan wau ijek isik iseh lagi lg lgi masih msh "
        "sik tasik taksih tesih saweg sek isih jek lagek lage nembe baru bru tinggal jik tengah",
        "keluar": "keluar mijil medhal jadine turu_ keluar terbit jadi metu medal dados rampung selesai "
        "selese mari dadi turun cetak turunnya",
        # expired
        "mati": """
        mati kadaluwarso kadalwarso kedaluwarso kedaluarso kdaluarsa kadarluwarsa kelewat kliwat langkung_
        dicabut diblokir matek mateni_ kadaluwars kadalursa kadulwarsa kadalwursa kadaluarsae sedo_
        kadaluarsane mati kadaluwarsa kedaluwarsa kadaluarso kadarluarsa kadluarsa expired expire exp
        kedaluarsa hangus liwat lewat modar pejah kaluwarsa telat nonaktif kadalwarsa
        """,
        "habis": "habis entekan telah_ sampunhabis enthek ntek habiss hbs abis entek telas entekk",
        "masa": "masa berlakunipun wektune wekdalipun tenggang masa_ masanya masane masa2 berlaku "
        "berlakunya berlakune aktif tanggalnya urip",
    }
)
LOOSE = listed(
    """
        pak bu bapak ibu mas mbak mba mbk kak kakak min mimin admin bang om tante cak ning sis gan bos bro dik
        dek sam ker pk buk dong donk deh sih kok lah nih kan lho loh tuh to lha aja saja ae wae mawon kemawon
        doang sekali banget semua kabeh sedaya semuanya kasih makasih trims suwun nuwun matur saya aku kulo
        kula kami kita ini itu iki iku niki niku punika yang yg untuk buat di ke dari dr insyaallah insya
        allah alhamdulillah data datanya sejak lama tahun lalu kemarin wingi bulan hari minggu kantor rumah
        kelurahan dinas oss online itreng nomer nomor nomere nomornya izinnya ijine surat suratnya suami bojo
        istri anak orang dulu sekarang saiki akan jadi kalau klo tapi meniko menika mekaten ngoten kantun kari
        tetapi nanging cuma hanya dan nya e ne apa sama beli ndamel bikin gawe pakai wonge pribadi namanya
        usaha sertifikat nib pirt halal merek qris npwp izin ijin satu dua betulbetul memang pancen wau tadi
        tau dengan nama alamat sanget masalah masalahe skip lewati
        """
)
