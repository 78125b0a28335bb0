/** A header to fill in below; lines that begin with # are an example and are passed over by the import. */
export const TEMPLATE = {
  en: [
    'code,kind,name,parent,zone',
    '# Lines that begin with # are an example and are not imported.',
    '# 79,province,Thành phố Hồ Chí Minh,,Asia/Ho_Chi_Minh',
    '# 79-27007,commune,Xã Tân Nhựt,79,',
    '# THCS-TN,school,Trường THCS Tân Nhựt,79-27007,',
    '# THCS-TN-P1,room,Phòng máy 1,THCS-TN,',
    '# THCS-TN-P1-01,seat,Máy 01,THCS-TN-P1,',
  ].join('\n'),
  vi: [
    'mã,loại,tên,thuộc,múi giờ',
    '# Các dòng bắt đầu bằng # là ví dụ, khi nhập sẽ được bỏ qua.',
    '# 79,tỉnh,Thành phố Hồ Chí Minh,,Asia/Ho_Chi_Minh',
    '# 79-27007,xã,Xã Tân Nhựt,79,',
    '# THCS-TN,trường,Trường THCS Tân Nhựt,79-27007,',
    '# THCS-TN-P1,phòng,Phòng máy 1,THCS-TN,',
    '# THCS-TN-P1-01,máy,Máy 01,THCS-TN-P1,',
  ].join('\n'),
} as const;
